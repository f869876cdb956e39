/** Whether nothing is instrumented for the moment. Told to the thread of the loader hooks, too, by shared memory. */
export class Pause {
  readonly #flag: Int32Array
  #wasSet = false

  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#flag = new Int32Array(shared)
  }

  get isSet(): boolean {
    return Atomics.load(this.#flag, 0) !== 0
  }

  /** Answers whether it is the first time. */
  set(isSet: boolean): boolean {
    const isFirst = isSet && !this.#wasSet
    this.#wasSet ||= isSet
    Atomics.store(this.#flag, 0, isSet ? 1 : 0)
    return isFirst
  }
}
