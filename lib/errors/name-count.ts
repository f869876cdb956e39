let manyNames: (value: object) => boolean = () => false

/** Whether `value` is known to have hundreds of names, or a thousand numbers. To list them would take time and memory in proportion. */
export function hasManyNames(value: object): boolean {
  return manyNames(value)
}

/** The addon tells it, once it's loaded: this room stands below it. */
export function tellManyNamesBy(tell: (value: object) => boolean): void {
  manyNames = tell
}
