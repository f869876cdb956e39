import { WalkBudget } from '../../lib/allocator/walk-budget.js'

describe('the estimate', () => {
  test('of a first walk is 5 ns for each byte', () => {
    const budget = new WalkBudget()
    expect(budget.estimateMicros(200_000)).toBe(1000)
    expect(budget.estimateMicros(2 ** 30)).toBeCloseTo(5_368_709.12, 2)
    expect(budget.estimateMicros(0)).toBe(0)
  })

  test('of a later walk grows as the arenas have grown', () => {
    const budget = new WalkBudget()
    budget.record(300, 1000)
    expect(budget.estimateMicros(2000)).toBe(600)
    expect(budget.estimateMicros(1500)).toBe(450)
    budget.record(40, 2000)
    expect(budget.estimateMicros(2000)).toBe(40)
    expect(budget.estimateMicros(5000)).toBe(100)
  })

  test("doesn't shrink with them: their free lists are as long as they were", () => {
    const budget = new WalkBudget()
    budget.record(300, 1000)
    expect(budget.estimateMicros(999)).toBe(300)
    expect(budget.estimateMicros(0)).toBe(300)
  })

  test('is a number after a walk of nothing', () => {
    const budget = new WalkBudget()
    budget.record(3, 0)
    expect(budget.estimateMicros(0)).toBe(3)
    expect(budget.estimateMicros(500)).toBe(1500)
  })

  test('after a walk that took no time is none', () => {
    const budget = new WalkBudget()
    budget.record(0, 1000)
    expect(budget.estimateMicros(1000)).toBe(0)
  })
})

describe('the budget', () => {
  test('allows a walk that takes all of it', () => {
    const budget = new WalkBudget()
    expect(budget.refusal(2000, 2)).toBeUndefined()
    expect(budget.refusal(2000.001, 2)).toEqual(expect.any(String))
    expect(budget.refusal(0, 0)).toBeUndefined()
    expect(budget.refusal(1e12, Infinity)).toBeUndefined()
  })

  test('says in milliseconds what was estimated from what', () => {
    const budget = new WalkBudget()
    expect(budget.refusal(1_234_567, 1000)).toBe(
      'walking the free lists was estimated at 1.23e+3 ms (from the worst case for arenas of this size, as none was walked yet), over the budget of 1000 ms',
    )
    budget.record(5, 1)
    expect(budget.refusal(12_345, 12)).toBe(
      'walking the free lists was estimated at 12.3 ms (from the last walk), over the budget of 12 ms',
    )
  })
})
