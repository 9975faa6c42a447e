// The layers of lib/: a file imports only its own layer or a lower one (see CONTRIBUTING.md).
const layers = [
  // words
  '^lib/(errors|events|claims|vectors-of-trust|return-path)\\.ts$',
  // settings
  '^lib/(environments|client-key|option-schema|one-login-options|options|options-from-environment|request-options)\\.ts$',
  // provider
  '^lib/(http|http-answer|cached-document|discovery|did-document|verification-keys|provider)\\.ts$',
  // legs
  '^lib/(transaction|recent-ids|used-states|signature|signed-token|authorization-request|authorization-response|code-exchange|id-token|userinfo|core-identity|user|sign-in|end-session-request|logout-token)\\.ts$',
  // Express
  '^lib/(session-data|sign-out-store|relying-party|verification|routes|strategy)\\.ts$|^lib/middleware/',
]

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
    ...layers.slice(0, -1).map((layer, index) => ({
      name: `layer-${index}-looks-down-only`,
      severity: 'error',
      from: { path: layer },
      to: { path: layers.slice(index + 1) },
    })),
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
      from: { path: '^lib/cli/(?!simulator\\.ts$|stand-in/|command\\.ts$)' },
      to: { path: '^lib/(simulator/|cli/simulator\\.ts$|cli/stand-in/|strategy\\.ts$)' },
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
