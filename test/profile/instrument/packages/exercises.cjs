// `node exercises.cjs <package>` works with an installed package and prints what came of it.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

const text = (file) => fs.readFileSync(path.join('node_modules', file), 'utf8')
const print = (value) =>
  console.log(typeof value === 'string' ? value : JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? `${each}n` : each)))

function attempt(work) {
  try {
    return work()
  } catch (error) {
    return `${error.name}: ${error.message}`
  }
}

const exercises = {
  semver() {
    const semver = require('semver')
    const versions = ['1.2.3', 'v1.2.3-beta.4+build', '0.0.0', '10.20.30', '1.2', 'not one', '2.0.0-rc.1', '99999999999999999999.0.0']
    const ranges = ['^1.2', '~1.2.3', '>=1 <2 || 3.x', '*', '1.2.3 - 2.3.4', '<0.0.0-0', '', 'nonsense']
    for (const a of versions) {
      print([semver.valid(a), semver.parse(a)?.build, semver.coerce(a)?.version, attempt(() => semver.inc(a, 'prerelease', 'x'))])
      for (const range of ranges)
        print([semver.satisfies(a, range), attempt(() => semver.gtr(a, range)), attempt(() => semver.minVersion(range)?.version)])
      for (const b of versions) print(attempt(() => [semver.compare(a, b), semver.diff(a, b)]))
    }
    for (const a of ranges)
      for (const b of ranges)
        print(attempt(() => [semver.subset(a, b), semver.intersects(a, b), semver.simplifyRange(['1.0.0', '1.2.9'], a)]))
  },
  picomatch() {
    const picomatch = require('picomatch')
    for (const glob of ['**/*.js', '!(a|b)*.{ts,js}', '[[:alpha:]]?.c', 'a/{1..3}/*', '+(x|y)', '\\*', '*(', '**']) {
      print([picomatch.makeRe(glob).source, picomatch.scan(glob, { tokens: true, parts: true }), picomatch.parse(glob)])
      for (const name of ['a.js', 'x/y/z.js', 'b.c', 'a/2/q', 'xyx', '.hidden', '*']) print(picomatch(glob, { dot: true })(name))
    }
  },
  commander() {
    const { Command, Option } = require('commander')
    const program = new Command('tool').exitOverride().configureOutput({ writeErr: print, writeOut: print }).version('1.0.0')
    program
      .command('build <file> [rest...]')
      .option('-l, --level <n>', 'how much', Number, 3)
      .addOption(new Option('--mode <mode>').choices(['fast', 'slow']).default('fast').conflicts('level'))
      .option('--no-color')
      .action((file, rest, options) => print([file, rest, options]))
    for (const line of [
      'build a b c -l 4',
      'build',
      'build a --mode odd',
      'help build',
      '--version',
      'biuld a',
      'build a --no-color --mode slow',
    ]) {
      print(attempt(() => program.parse(line.split(' '), { from: 'user' }) && 'parsed'))
    }
  },
  acorn() {
    const acorn = require('acorn')
    const source = text('acorn/dist/acorn.js')
    const tokens = []
    const comments = []
    print(acorn.parse(source, { ecmaVersion: 'latest', locations: true, onToken: tokens, onComment: comments }))
    print([tokens.length, comments])
    for (const wrong of ['let let', 'a b', '({', 'class { constructor() {} }', '`${', 'var \\u{110000}', '/(/'])
      print(attempt(() => acorn.parse(wrong, { ecmaVersion: 2024 })))
  },
  typescript() {
    const ts = require('typescript')
    const source = text('typescript/lib/lib.es5.d.ts')
    const code = `enum E { A, B = 'x'.length } namespace N { export const a = 1 } abstract class C<T> { @d() private x?: T = null!; async *m(this: C<T>) { yield* await (this as any) } }\n`
    for (const target of [ts.ScriptTarget.ES5, ts.ScriptTarget.ES2017, ts.ScriptTarget.ESNext]) {
      print(
        ts.transpileModule(code, {
          compilerOptions: { target, module: ts.ModuleKind.CommonJS, experimentalDecorators: true, sourceMap: true },
          reportDiagnostics: true,
        }),
      )
    }
    const file = ts.createSourceFile('lib.d.ts', source, ts.ScriptTarget.Latest, true)
    print(ts.createPrinter().printFile(file).slice(0, 50_000))
    let count = 0
    const visit = (node) => (count++, ts.forEachChild(node, visit))
    visit(file)
    print(count)
  },
  prettier() {
    const prettier = require('prettier/standalone')
    const plugins = ['babel', 'estree', 'markdown', 'postcss'].map((name) => require(`prettier/plugins/${name}`))
    const format = (source, parser) => prettier.format(source, { parser, plugins, semi: false })
    return Promise.all([
      format(text('semver/classes/range.js'), 'babel'),
      format(text('commander/lib/command.js'), 'babel'),
      format(text('semver/README.md'), 'markdown'),
      format('a{b:c;&:hover{d:e}}@media print{x{y:z}}', 'css'),
    ]).then((formatted) => formatted.forEach(print))
  },
  yargs() {
    const yargs = require('yargs')
    const build = () =>
      yargs()
        .scriptName('tool')
        .exitProcess(false)
        .command(
          'serve [port]',
          'serves',
          (command) => command.positional('port', { type: 'number', default: 80 }).option('host', { demandOption: true }),
          print,
        )
        .option('verbose', { alias: 'v', count: true })
        .strict()
        .wrap(80)
    const parse = (line) =>
      new Promise((resolve) => build().parse(line, (error, argv, output) => resolve(print([error?.message, argv, output]))))
    return ['serve 8080 --host x -vvv', 'serve', '--help', 'serve --host y --nope', 'serve abc --host=z'].reduce(
      (before, line) => before.then(() => parse(line)),
      Promise.resolve(),
    )
  },
  ajv() {
    const Ajv = require('ajv')
    const ajv = new Ajv({ allErrors: true, useDefaults: true })
    const validate = ajv.compile({
      type: 'object',
      properties: {
        a: { type: 'integer', minimum: 2, default: 7 },
        b: { type: 'array', items: { $ref: '#/definitions/item' }, uniqueItems: true },
        c: { enum: ['x', 'y'] },
      },
      patternProperties: { '^z': { anyOf: [{ type: 'string', maxLength: 3 }, { type: 'null' }] } },
      required: ['a', 'c'],
      additionalProperties: false,
      definitions: { item: { oneOf: [{ type: 'number' }, { type: 'object', properties: { deep: { $ref: '#' } } }] } },
    })
    for (const value of [{ c: 'x' }, { a: 1, b: [1, 1], q: 2 }, { a: 3, c: 'y', b: [{ deep: { a: 0 } }], zed: 'long one' }, [], null])
      print([validate(value), validate.errors, value])
    print(validate.toString().length > 0)
  },
  handlebars() {
    const handlebars = require('handlebars')
    handlebars.registerHelper('loud', (value, options) => String(value).toUpperCase() + (options.hash.mark ?? ''))
    handlebars.registerPartial('row', '<{{name}}{{#if last}} last{{/if}}>')
    const template =
      '{{#each rows as |row i|}}{{i}}{{> row row last=@last}}{{loud row.name mark="!"}}{{else}}none{{/each}}{{{raw}}}{{escaped}}{{#with deep}}{{../raw}}{{a.b}}{{/with}}'
    print(handlebars.precompile(template))
    for (const data of [{ rows: [{ name: 'a' }, { name: '<b>' }], raw: '<i>', escaped: '<i>', deep: { a: { b: 1 } } }, { rows: [] }])
      print(handlebars.compile(template)(data))
    print(attempt(() => handlebars.compile('{{#if}}')({})))
  },
  marked() {
    const { marked, lexer } = require('marked')
    for (const file of ['semver/README.md', 'commander/Readme.md', 'minimatch/README.md'])
      print([marked(text(file)), lexer(text(file)).length])
  },
  'js-yaml'() {
    const yaml = require('js-yaml')
    const document =
      'a: &x [1, 2.5, 0x1f, ~, true, 2001-12-14]\nb: *x\nc: |\n  text\n   more\nd: >-\n  folded\n  text\ne: {f: !!set {g, h}}\n? complex\n: value\n'
    const value = yaml.safeLoad(document)
    print(value)
    print(yaml.safeDump(value, { sortKeys: true }))
    for (const wrong of ['a: b: c', '- [', '\t- a', '*missing']) print(attempt(() => yaml.safeLoad(wrong)))
  },
  'highlight.js'() {
    const highlight = require('highlight.js')
    for (const [language, file] of [
      ['javascript', 'commander/lib/command.js'],
      ['json', 'semver/package.json'],
      ['markdown', 'semver/README.md'],
    ]) {
      print(highlight.highlight(language, text(file)).value)
    }
    print(highlight.highlightAuto('SELECT a FROM b WHERE c = 1').language)
  },
  parse5() {
    const parse5 = require('parse5')
    for (const html of [
      '<!doctype html><p>a<p>b<table><td>c</table><script>1<2</script>',
      '<svg><foreignObject><p></svg>&amp;&notin;',
      '<b><i>x</b>y</i><!-- c',
    ]) {
      print(parse5.serialize(parse5.parse(html)))
      print(parse5.serialize(parse5.parseFragment(html)))
    }
  },
  esquery() {
    const esquery = require('esquery')
    const tree = require('espree').parse(text('semver/classes/range.js'), { ecmaVersion: 2022 })
    for (const query of [
      'FunctionExpression > BlockStatement',
      ':matches(IfStatement, ForStatement):has(ReturnStatement)',
      'Identifier[name=/^c/]',
      '*:nth-child(2)',
      '![x]',
    ]) {
      print(attempt(() => esquery(tree, query).map(({ type, start }) => [type, start])))
    }
  },
  '@babel/generator'() {
    const { parse } = require('@babel/parser')
    const generate = require('@babel/generator').default
    const traverse = require('@babel/traverse').default
    const tree = parse(text('commander/lib/command.js'))
    const counts = {}
    traverse(tree, {
      enter({ node, scope }) {
        counts[node.type] = (counts[node.type] ?? 0) + Object.keys(scope.bindings).length
      },
    })
    print([counts, generate(tree, { compact: true }).code])
  },
  'fast-check'() {
    const fc = require('fast-check')
    const value = fc.record({
      a: fc.array(fc.oneof(fc.string(), fc.double(), fc.bigInt())),
      b: fc.option(fc.date()),
      c: fc.letrec((tie) => ({ tree: fc.oneof({ depthSize: 'small' }, fc.nat(), fc.tuple(tie('tree'), tie('tree'))) })).tree,
    })
    print(fc.sample(value, { seed: 7, numRuns: 60 }))
    const { counterexample, numShrinks } = fc.check(
      fc.property(fc.array(fc.nat()), (list) => list.reduce((a, b) => a + b, 0) < 500),
      { seed: 9 },
    )
    print([counterexample, numShrinks])
  },
  eslint() {
    const { Linter } = require('eslint')
    const linter = new Linter()
    const rules = Object.fromEntries([...new Map(Object.entries(require('@eslint/js').configs.all.rules))])
    for (const file of ['semver/classes/range.js', 'picomatch/lib/scan.js']) {
      const messages = linter.verify(text(file), [{ languageOptions: { sourceType: 'commonjs' }, rules }])
      print(messages.map(({ ruleId, line, column, message }) => [ruleId, line, column, message]))
    }
  },
}

Promise.resolve(exercises[process.argv[2]]()).catch((error) => {
  console.log(error.stack.replace(/:\d+\)/g, ')'))
  process.exitCode = 1
})
