import { testCases } from './case.js'

testCases([
  {
    name: 'statements one below the other',
    source: `function f() {
  const a = 1
  const b = a + 1
  return b
}
log(f())`,
    events: '+f f2 f3 f4 -f',
  },
  {
    name: 'several statements on one line are one occurrence',
    source: `function f(a) {
  a++; a++; log(a)
  return a; }
log(f(1))`,
    events: '+f f2 f3 -f',
  },
  {
    name: 'a function on one line has the one occurrence of its call',
    source: `function f(a) { a++; return log(a) }\nf(1); f(2)`,
    events: '+f -f +f -f',
  },
  {
    name: 'a statement over several lines counts on its first',
    source: `function f() {
  return [
    log(1),
    log(2),
  ]
}
log(f())`,
    events: '+f f2 -f',
  },
  {
    name: 'each call of a chain counts on the line of its name',
    source: `function f(more) {
  const a = [3, 1]
    .concat(4).concat(...more)
    .sort()
    ['map']((x) => x + 1)
  log(a); return [a]
    .flat()
    .join('-')
}
log(f([5, 6]))`,
    events: '+f f2 f3 f4 f5 +map() -map() +map() -map() +map() -map() +map() -map() +map() -map() f6 f7 f8 -f',
  },
  {
    name: 'a chain that is assigned, awaited, yielded, or the value of an arrow function',
    source: `const wait = (x) => Promise.resolve(x)
  .then((y) => y)
async function f(o) {
  o.b = await wait([2, 1])
    .then((x) => x.sort())
  return o.b
}
function* g() {
  const x = yield log('a')
    .concat('b')
  log(x)
}
const steps = g()
log(steps.next().value)
steps.next('c')
f({}).then(log)`,
  },
  {
    name: 'a chain within a call, an optional one and one of super have no lines of their own',
    source: `class A { list() { return [2, 1] } }
class B extends A {
  f(a) {
    log(a
      .slice(1))
    log(a)
    const b = a
      ?.slice(1)
      .pop()
    const c = super
      .list()
    return b + c[0]
  }
}
log(new B().f([1, 2]))`,
    events: '+B.f B.f4 B.f6 B.f7 B.f10 +A.list -A.list B.f12 -B.f',
  },
  {
    name: "a chain in a loop's header, and one that throws on its way",
    source: `function f(a) {
  for (const x of a
    .slice(1)) log(x)
  try {
    a
      .map(String)
      .missing()
  } catch (error) { log(error.message) }
  for (let i = 0; i < 2; i++) a
    .concat(i)
    .forEach((x) => log(x))
}
f([1, 2])`,
  },
  {
    name: 'a for loop: its line once more than its body',
    source: `function f() {
  for (let i = 0; i < 2; i++) {
    log(i)
  }
  log('end')
}
f()`,
    events: '+f f2 f3 f2 f3 f2 f5 -f',
  },
  {
    name: 'a for loop without an update, left by break',
    source: `function f() {
  let i = 0
  for (;;) {
    if (i++ > 1)
      break
  }
}
f()`,
    events: '+f f2 f3 f4 f3 f4 f3 f4 f5 -f',
  },
  {
    name: 'a while loop: its line once for each test',
    source: `function f(i) {
  while (i-- > 0)
    log(i)
}
f(2)`,
    events: '+f f2 f3 f2 f3 f2 -f',
  },
  {
    name: 'a do loop: the line of its test',
    source: `function f(i) {
  do {
    log(i)
    if (i === 1) continue
  } while (--i)
}
f(2)`,
    events: '+f f3 f4 f5 f3 f4 f5 -f',
  },
  {
    name: 'a for…of loop: its line once for each value asked for',
    source: `function f(values) {
  for (const value of values) {
    if (value === 2)
      continue
    log(value)
  }
}
f([1, 2])`,
    events: '+f f2 f3 f5 f2 f3 f4 f2 -f',
  },
  {
    name: 'a for…of loop that is left early asks for no more',
    source: `function f(values) {
  for (const value of values) {
    if (value) break
  }
}
f([1, 2])`,
    events: '+f f2 f3 -f',
  },
  {
    name: 'a for…in loop',
    source: `function f(o) {
  for (const key in o)
    log(key)
}
f({ a: 1, b: 2 })`,
    events: '+f f2 f3 f2 f3 f2 -f',
  },
  {
    name: 'loops on one line count each return to their header',
    source: `function f() {
  for (const a of [1, 2]) for (let i = 0; i < 2; i++) log(a, i)
  let n = 2; while (n--) log(n)
}
f()`,
    events: '+f f2 f2 f2 f2 f2 f2 f2 f3 f3 f3 f3 -f',
  },
  {
    name: 'else if counts on its own line',
    source: `function f(a) {
  if (a === 1) log('one')
  else if (a === 2) log('two')
  else log('more')
}
f(1); f(2); f(3)`,
    events: '+f f2 -f +f f2 f3 -f +f f2 f3 f4 -f',
  },
  {
    name: 'else if on the line of its if is no new occurrence',
    source: `function f(a) {
  if (a === 1) log('one'); else if (a === 2) log('two'); else log('more')
  return a
}
f(2)`,
    events: '+f f2 f3 -f',
  },
  {
    name: 'after a branch over several lines',
    source: `function f(a) {
  if (a) {
    log(a)
  } log('same line as the brace')
}
f(1); f(0)`,
    events: '+f f2 f3 f4 -f +f f2 f4 -f',
  },
  {
    name: 'a switch with falling through',
    source: `function f(a) {
  switch (a) {
    case 1:
      log('one')
    case 2: log('two')
      break
    default:
      log('more')
  }
}
f(1); f(2); f(3)`,
    events: '+f f2 f4 f5 f6 -f +f f2 f5 f6 -f +f f2 f8 -f',
  },
  {
    name: 'try, catch and finally',
    source: `function f(a) {
  try {
    if (a) throw new Error('x')
    return 1
  } catch (error) {
    log(error)
    return 2
  } finally {
    log('finally')
  }
}
log(f(0)); log(f(1))`,
    events: '+f f3 f4 f9 -f +f f3 f6 f7 f9 -f',
  },
  {
    name: 'a thrown error leaves all frames',
    source: `function f(n) {
  if (n === 0)
    throw new Error('deep')
  return f(n - 1)
}
try { f(2) } catch (error) { log(error) }`,
    events: '+f f2 f4 +f f2 f4 +f f2 f3 -f -f -f',
  },
  {
    name: 'labels: continue and break of an outer loop',
    source: `function f() {
  outer: for (const a of [1, 2, 3]) {
    for (const b of [1, 2]) {
      if (b === 2) continue outer
      if (a === 3) break outer
      log(a, b)
    }
  }
  block: {
    if (!log('in')) break block
    break block
  }
}
f()`,
    events: '+f f2 f3 f4 f5 f6 f3 f4 f2 f3 f4 f5 f6 f3 f4 f2 f3 f4 f5 f10 f11 -f',
  },
])
