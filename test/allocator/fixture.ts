import path from 'node:path'

/** The addon of native/test, which uses memory by known amounts. See fixture.cc for each call. */
export interface Fixture {
  allocate(count: number, bytes: number): number
  free(handle: number, keepEach: number, shuffled?: boolean): number
  leak(count: number, bytes: number): void
  churn(count: number, bytes: number, turns: number): void
  usableBytes(handle: number): number
  holdInThreads(threads: number, count: number, bytes: number): void
  joinThreads(): void
  startArenaMaker(threads: number, firstBytes: number): void
  isArenaMakerFinished(): boolean
  stopArenaMaker(): void
  fenceFreeChunks(count: number, bytes: number): boolean
  blockBreak(): boolean
  startVictim(): void
  stopVictim(): number
  mallinfo2(): Readonly<
    Record<'arena' | 'ordblks' | 'smblks' | 'hblks' | 'hblkhd' | 'fsmblks' | 'uordblks' | 'fordblks' | 'keepcost', number>
  >
  jemallocStatsPrint(options: string): string
  tcmallocStats(): string
  mimallocStats(): string
  liveMallinfo2(): Readonly<Record<'hblkhd' | 'uordblks' | 'fordblks', number>>
  liveMallocInfo(): string
  loadLibrary(file: string): boolean
  declareExternal(bytes: number): number
}

export const fixtureBuild = path.join(__dirname, '..', '..', 'native', 'test', 'build')

export const fixtureFile = path.join(fixtureBuild, 'Release', 'fixture.node')

/** Preloaded, it makes every proof of glibc's private layout fail, while malloc stays glibc's own. */
export const hiddenLayout = path.join(fixtureBuild, 'Release', 'hidden_layout.node')

export function loadFixture(): Fixture {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can't be imported
  return require(fixtureFile) as Fixture
}
