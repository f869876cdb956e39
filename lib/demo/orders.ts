/** One order of a made-up shop. The workload parses and serialises documents of orders. */
export interface Order {
  readonly id: string
  readonly placedAt: string
  readonly customer: { readonly name: string; readonly email: string; readonly tags: readonly string[] }
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: number; readonly note: string }[]
}

const words = 'amber basin cedar delta ember fjord grove heath inlet knoll larch maple north opal pine quartz ridge slate tide vale'.split(
  ' ',
)

function pick(random: () => number): string {
  return words[Math.floor(random() * words.length)] as string
}

function makeOrder(index: number, random: () => number): Order {
  const name = `${pick(random)} ${pick(random)}`
  return {
    id: `order-${index.toString(36).padStart(8, '0')}`,
    placedAt: new Date(1_700_000_000_000 + Math.floor(random() * 1e10)).toISOString(),
    customer: { name, email: `${name.replace(' ', '.')}@example.org`, tags: [pick(random), pick(random), pick(random)] },
    lines: Array.from({ length: 1 + Math.floor(random() * 6) }, () => ({
      sku: `${pick(random)}-${Math.floor(random() * 1e6)}`,
      quantity: 1 + Math.floor(random() * 9),
      unitPrice: Math.round(random() * 1e5) / 100,
      note: `${pick(random)} ${pick(random)} ${pick(random)} ${pick(random)}`,
    })),
  }
}

/** The bytes of a JSON document of `count` orders, about 480 bytes each. */
export function makeDocument(count: number, random: () => number): Buffer {
  return Buffer.from(JSON.stringify(Array.from({ length: count }, (_unused, index) => makeOrder(index, random))))
}

/** The orders of a document. */
export function parseDocument(document: Buffer): readonly Order[] {
  return JSON.parse(document.toString()) as readonly Order[]
}
