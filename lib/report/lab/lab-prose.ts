/** What each experiment is about, for the page: its figures stand below. */
export const labProse: Readonly<Record<string, readonly string[]>> = {
  'basic-objects': [
    'What a value costs is the object and the stores that it alone owns: what Python calls sys.getsizeof. A small integer lies in the slot that refers to it; names of properties belong to a shape that all objects of the same form share.',
    'The size of a whole is none of its parts, and no sum of them: its own size leaves out what it holds, and a sum counts what parts share once for each.',
  ],
  allocator: [
    "Memory outside of V8's heap comes from malloc. Freeing gives it back to the allocator, not to the system: the footprint is set by the highest moment.",
    'Small blocks pin pages: a purge gives back whole pages only, and one block in use keeps the page that it lies on. Freeing one large block moves thresholds, so that smaller ones come from the arenas from then on.',
  ],
  'delete-a-reference': [
    'A list, a copy of it, and the first is dropped. Live is what the program holds, with a full collection before and after each line; Mem usage is RSS, what the system sees. Newer versions of V8 keep free pages for later, so that live memory falls where RSS stays.',
    'A spread copies references: the records stay, as the copy refers to them. A copy by way of JSON holds three things at its peak.',
  ],
  serialise: [
    "What takes the memory isn't the format but having all rows at once, and the serialised whole beside them. Written line by line, each row is forgotten before the next one comes.",
    'Columns are the compact way: one typed array for each field, no object for a row, a number or a string, and reading is one read with three views of it.',
  ],
  loops: [
    'All ways allocate about the same. The difference is how long it lives: each step of a chain of array methods makes a list, and all of them are there until the last one is done.',
  ],
  'node-adds': [
    "A small Buffer is a part of a pool and keeps all of it. Each worker thread has a heap that the main thread's figures don't show. external is what was asked for, RSS what was touched. And packages bring allocators of their own.",
  ],
}
