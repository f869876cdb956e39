export { formatByteChange, formatBytes, formatCount, formatShare, unknownFigure } from './byte-format.js'
export { parseBytes } from './byte-size.js'
