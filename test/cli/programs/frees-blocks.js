// Each call takes 1,000 blocks of 64 KiB, of which glibc keeps the pages when they are freed, as one in fifty of the first call is kept.
const kept = []
module.exports = () => {
  const blocks = Array.from({ length: 1000 }, () => Buffer.alloc(65_536, 1))
  if (kept.length === 0) for (let i = 0; i < blocks.length; i += 50) kept.push(blocks[i])
}
