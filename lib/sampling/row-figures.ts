import type { NativeBinding } from '../binding/index.js'
import type { RowLayout } from './row-layout.js'

/** The names of the figures in this process's rows: those of the footprint. RSS isn't among them, as it has a place of its own. */
export function rowFigures(binding: NativeBinding): Pick<RowLayout, 'allocator' | 'figures'> {
  const { allocator, footprintFields } = binding.describeAllocator()
  return { allocator, figures: footprintFields.slice(1) }
}
