/**
 * Of a list of arenas, the rows that belong to the first `count` arenas of a list which was read earlier. glibc puts a new arena right behind the
 * main one, which is first, and removes none: those made between the two readings stand there in the later list, and every other arena is as far
 * from the end of the one as of the other.
 */
export function rowsOfEarlierList<Row>(count: number, rows: readonly Row[]): readonly (Row | undefined)[] {
  return Array.from({ length: count }, (_, index) => rows[index === 0 ? 0 : index + rows.length - count])
}
