function logged<T extends (...a: never[]) => unknown>(method: T, _context: ClassMethodDecoratorContext): T {
  return method
}

class Jobs {
  kept: number[][] = []

  @logged run(n: number): number {
    const rows = new Array<number>(n).fill(0)
    this.kept.push(rows)
    return rows.length
  }
}
console.log(new Jobs().run(1_000_000), Jobs.name)
