import { packageName } from '../../package-version.ts'
import type { ServiceKind } from './service-kind.ts'

/** The part of this package's own manifest that is read: the versions that its tests use. */
export interface PackageManifest {
  readonly engines: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const dependencies = [
  '@govuk-one-login/service-header',
  'connect-redis',
  'csrf-sync',
  'express',
  'express-session',
  'govuk-frontend',
  'helmet',
  'nunjucks',
  'passport',
  'pino',
  'redis',
]
const identityDependencies = ['i18n-iso-countries']
const testDependencies = ['supertest', 'vitest']
const typeScriptDependencies = [
  '@types/express',
  '@types/express-session',
  '@types/node',
  '@types/nunjucks',
  '@types/passport',
  '@types/supertest',
  'tsx',
  'typescript',
]

const test = 'vitest run --testTimeout 20000'

/** The scripts of a new service. */
export const serviceScripts = {
  javascript: { dev: 'node --watch src/main.js', start: 'node src/main.js', test },
  typescript: {
    dev: 'tsx watch src/main.ts',
    build: 'tsc -p tsconfig.build.json',
    prestart: 'npm run --silent build',
    start: 'node dist/main.js',
    typecheck: 'tsc',
    test,
  },
}

/** Returns the package.json of a new service. */
export function serviceManifest(
  { name, identity, language, source }: ServiceKind,
  own: PackageManifest,
): string {
  const versions = (names: readonly string[]) =>
    Object.fromEntries(names.toSorted().map((other) => [other, own.devDependencies[other]]))
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: own.engines.node },
    scripts: serviceScripts[language],
    dependencies: {
      ...versions([...dependencies, ...(identity ? identityDependencies : [])]),
      [packageName]: source,
    },
    devDependencies: versions([
      ...testDependencies,
      ...(language === 'typescript' ? typeScriptDependencies : []),
    ]),
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}
