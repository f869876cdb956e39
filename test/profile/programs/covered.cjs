function plain(a) {
  if (a) return 1
  return 2
}
function unused() {
  return 3
}
const arrow = (x) => x ? plain(x) : unused()
function one(x) { if (x) { return 1 } else return 2 }
async function later(x) { const y = await x; if (y) return 1; return await plain(0) }
function loops(n) { for (let i = 0; i < n; i++) { if (i === 1) continue; if (i > 2) break }
  for (const a of [1]) plain(a)
  while (n-- > 0) n -= 1
  do { n++ } while (n < 0)
  switch (n) { case 0: return 1; default: n = 5 }
  try { if (n) throw new Error('x'); n = 3 } catch { n = 1 } finally { n = 2 }
  return n ? 1 : 2
}
function* gen(x) { yield x; if (x) yield 2; return 3 }
class A { m(x) { return x && 1 } get g() { return 1 } static { plain(1) } }
exports.run = async () => { plain(1); arrow(1); one(0); await later(0); loops(4); [...gen(0)]; new A().m(0) }
