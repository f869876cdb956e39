// The same preload for `node --import`.
import './register.js'
