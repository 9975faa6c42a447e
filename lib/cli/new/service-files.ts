import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Failure } from '../subcommand.ts'
import { inJavaScript } from './in-javascript.ts'
import type { ServiceFile } from './service-file.ts'
import { withoutIdentity } from './sign-in-only.ts'
import type { ServiceKind } from './service-kind.ts'
import { serviceManifest, type PackageManifest } from './service-manifest.ts'

// The build moves this code into another folder.
const root = dirname(createRequire(import.meta.url).resolve('passport-govuk-one-login/package.json'))

// A new service consists of the example service and scaffold/, which holds what else its repository needs. The names
// differ, because npm leaves .gitignore out of packages, and because this repository has its own tsconfig.json.
const moved: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  dockerignore: '.dockerignore',
  'env.example': '.env.example',
  'ci.yml': '.github/workflows/ci.yml',
  'service.tsconfig.json': 'tsconfig.json',
  'build.tsconfig.json': 'tsconfig.build.json',
}

/**
 * Returns the files of a new service.
 *
 * @throws Failure if the JavaScript does not exist, as in a checkout of this package before a build
 */
export async function serviceFiles(kind: ServiceKind): Promise<ServiceFile[]> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageManifest
  const files = [...(await filesIn('example-app')), ...(await filesIn('scaffold'))]
    .filter(({ path }) => !path.endsWith('.ts') || kind.language === 'typescript')
    .map(({ path, content }) => ({
      path: moved[path] ?? path,
      content: content.replaceAll('../../example-app/src/', '../src/'),
    }))
  const written =
    kind.language === 'typescript'
      ? files
      : [...files.filter(({ path }) => !path.includes('tsconfig')).map(inJavaScript), ...(await javaScript())]
  const service = kind.identity ? written : withoutIdentity(written)
  return [{ path: 'package.json', content: serviceManifest(kind, manifest) }, ...service]
}

async function filesIn(folder: string): Promise<ServiceFile[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: path.slice(join(root, folder).length + 1).replaceAll('\\', '/'),
      content: await readFile(path, 'utf8'),
    })),
  )
}

/** Returns the sources without types. `npm run build` of this package writes them. */
async function javaScript(): Promise<ServiceFile[]> {
  return filesIn('dist/scaffold').catch((error: unknown) => {
    throw new Failure('The JavaScript is not in this copy of the package. Run npm run build first.', {
      cause: error,
    })
  })
}
