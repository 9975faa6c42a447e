// The layers of lib/: a file imports only its own layer or a lower one (see CONTRIBUTING.md).
const layers = [
  '^lib/(errors|claims|vectors-of-trust)\\.ts$',
  '^lib/(environments|client-key|options)\\.ts$',
  '^lib/(http|cached-document|did-document|token-keys|provider)\\.ts$',
  '^lib/(transaction|authorization-request|code-exchange|id-token|core-identity|user|logout-token)\\.ts$',
  '^lib/(strategy|sign-out-store|routes)\\.ts$|^lib/middleware/',
]

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
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
      name: 'the-example-uses-the-package-by-its-name',
      severity: 'error',
      from: { path: '^example-app/' },
      to: { path: '^lib/' },
    },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.build.json' }, exclude: 'node_modules|^dist/' },
}
