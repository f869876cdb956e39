function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** Whether `pattern` of `--function` means the function `name`. */
export function matchesName(pattern: string, name: string): boolean {
  const expression = new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`, 's')
  return expression.test(name) || expression.test(name.slice(name.lastIndexOf('.') + 1))
}
