export function make(tag: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/** Characters that would move, hide or turn round text are shown by their code; the rest as it is. */
export function appendVisible(parent: HTMLElement, text: string): void {
  const odd = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}])/u
  for (const part of text.split(odd)) {
    if (part !== '\t' && part.length <= 2 && odd.test(part)) {
      parent.append(make('span', 'odd', `u+${(part.codePointAt(0) as number).toString(16).padStart(4, '0')}`))
    } else if (part !== '') parent.append(part)
  }
}

/** A choice of names; `choose` is told the place of the one that is taken. */
export function select(label: string, names: readonly string[], choose: (index: number) => void): HTMLSelectElement {
  const element = make('select', 'plain') as HTMLSelectElement
  element.setAttribute('aria-label', label)
  names.forEach((name, index) => {
    element.add(new Option(name, String(index)))
  })
  element.addEventListener('change', () => {
    choose(element.selectedIndex)
  })
  return element
}
