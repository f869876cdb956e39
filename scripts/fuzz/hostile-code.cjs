/** Code of a hostile user: what it throws is marked, so that the judge knows it from an error of the package. */
const marked = new WeakSet()
const thrownSymbol = Symbol('thrown by hostile code')

class HostileError extends Error {}

function revokedProxy(target) {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** What is thrown: an error, an object that can't be touched, one that isn't an error, a symbol. */
const thrown = [
  new HostileError('hostile'),
  revokedProxy({}),
  Object.freeze(Object.create(null)),
  Object.defineProperty(new HostileError('hostile'), 'message', {
    get() {
      throw thrown[0]
    },
  }),
  thrownSymbol,
]
for (const one of thrown) if (typeof one === 'object') marked.add(one)

let turn = 0

/** Throws one of them after the other. */
function throwHostile() {
  throw thrown[turn++ % thrown.length]
}

/** Whether this, or what it says was its cause, was thrown by hostile code. */
function isHostile(error) {
  if (error === thrownSymbol || (typeof error === 'object' && error !== null && marked.has(error))) return true
  if (error instanceof TypeError && error.message === uncallable) return true
  return error instanceof Error && error.cause !== undefined && isHostile(error.cause)
}

/** A class is a function that can't be called: the language throws then, and not the package. */
class HostileClass {
  static kept = [1, 2]
}
const uncallable = "Class constructor HostileClass cannot be invoked without 'new'"

/** A Proxy all of whose traps answer by `answer`. */
function proxyWithTraps(target, answer) {
  return new Proxy(target, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, answer])))
}

module.exports = { HostileClass, isHostile, proxyWithTraps, revokedProxy, throwHostile }
