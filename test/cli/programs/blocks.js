setTimeout(() => {
  const end = Date.now() + 1000
  while (Date.now() < end);
}, 150)
setTimeout(() => undefined, 1400)
