import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** What a file exports under a name, or that it doesn't. */
export type FoundExport = { readonly value: unknown } | { readonly problem: string }

/** Imports `file` and looks for its export; of CommonJS also where Node couldn't tell the name from the text. */
export async function importExport(file: string, name: string): Promise<FoundExport> {
  const module = (await import(pathToFileURL(path.resolve(file)).href)) as Record<string, unknown>
  if (name in module) return { value: module[name] }
  const exported = module['default']
  if (typeof exported === 'object' && exported !== null && name in exported) return { value: (exported as Record<string, unknown>)[name] }
  return { problem: `${file} exports no '${name}'; it exports ${Object.keys(module).join(', ') || 'nothing'}.` }
}
