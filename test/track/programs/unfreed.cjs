// An addon's blocks that are never freed, more than anything else in the process takes.
const { loadCounted } = require('./tracker.cjs')

loadCounted().hold('new[]', 2000, 12_000)
