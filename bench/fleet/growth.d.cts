export function fitLine(points: readonly (readonly [x: number, y: number])[]): {
  readonly intercept: number
  readonly slope: number
  readonly residual: number
}
export function growthOf(points: readonly (readonly [processes: number, total: number])[]): {
  readonly fixed: number
  readonly each: number
  readonly residual: number
  readonly exponent: number
}
