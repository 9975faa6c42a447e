// The floors of lib/, lowest first: a file imports its own folder or a lower one (see CONTRIBUTING.md).
const floors = {
  words:
    '^lib/(errors|events|claims|vectors-of-trust|return-path|parsed-url|clock|wire-object|package-version)\\.ts$',
  options: '^lib/options/',
  provider: '^lib/provider/',
  tokens: '^lib/tokens/',
  'sign-in': '^lib/sign-in/',
  session: '^lib/session/',
  express: '^lib/express/',
  doors: '^lib/(strategy|index)\\.ts$',
}
const names = Object.keys(floors)
const unlisted = { path: '^lib/', pathNot: [...Object.values(floors), '^lib/(simulator|cli)/'] }

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    // The package itself, by its name, is there once it is built.
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^passport-govuk-one-login' },
    },
    ...names.map((name, floor) => ({
      name: `${name}-imports-lower-floors-only`,
      severity: 'error',
      from: { path: floors[name] },
      to: { path: '^lib/', pathNot: names.slice(0, floor + 1).map((lower) => floors[lower]) },
    })),
    ...[
      { from: unlisted, to: {} },
      { from: {}, to: unlisted },
      // A file that imports nothing, and that nothing imports.
      { from: { ...unlisted, orphan: true }, to: {} },
    ].map((rule) => ({ name: 'every-file-of-lib-is-on-a-floor', severity: 'error', ...rule })),
    {
      name: 'the-simulator-shares-no-code-with-the-library',
      severity: 'error',
      from: { path: '^lib/simulator/' },
      to: { path: '^lib/', pathNot: '^lib/simulator/' },
    },
    {
      name: 'the-library-does-not-load-the-simulator',
      severity: 'error',
      from: { path: '^lib/(?!simulator/|cli/)' },
      to: { path: '^lib/simulator/' },
    },
    {
      name: 'nothing-loads-the-command',
      severity: 'error',
      from: { pathNot: '^lib/cli/' },
      to: { path: '^lib/cli/' },
    },
    {
      name: 'the-command-loads-express-for-the-simulator-only',
      severity: 'error',
      from: {
        path: '^lib/cli/(?!simulator-command\\.ts$|simulator/|conformance-command\\.ts$|conformance/|command\\.ts$)',
      },
      to: { path: '^lib/(simulator/|cli/simulator-command\\.ts$|cli/simulator/|strategy\\.ts$)' },
    },
    {
      name: 'the-examples-use-the-package-by-its-name',
      severity: 'error',
      from: { path: '^(example-app|examples)/' },
      to: { path: '^lib/' },
    },
  ],
  options: {
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.build.json' },
    exclude: 'node_modules|^dist/|^example-app/public/',
  },
}
