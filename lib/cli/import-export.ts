import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** A file's export, or the reason why there is none of that name. */
export type FoundExport = { readonly value: unknown } | { readonly problem: string }

/** Imports `file` and looks for its export `name`. Of CommonJS it also finds exports that Node can't tell from the text. */
export async function importExport(file: string, name: string): Promise<FoundExport> {
  const module = (await import(pathToFileURL(path.resolve(file)).href)) as Record<string, unknown>
  if (name in module) return { value: module[name] }
  const exported = module['default']
  if (typeof exported === 'object' && exported !== null && name in exported) return { value: (exported as Record<string, unknown>)[name] }
  return { problem: `${file} exports no '${name}'; it exports ${Object.keys(module).join(', ') || 'nothing'}.` }
}
