/**
 * A recipe makes a value anew, and has a name by which the value can be found again. That of a `living` value may change between two readings, as the
 * program itself works with it: no law of sizes is asked of it.
 */
function recipe(name, make, living = false) {
  return { name, make, living }
}

/** Recipes of constants, by their names. */
function recipesOf(makers) {
  return Object.entries(makers).map(([name, make]) => recipe(name, make))
}

module.exports = { recipe, recipesOf }
