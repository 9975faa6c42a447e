// Signs in with the tarball where SUPPORT.md says "yes": package managers, other runtimes, Node's permission model.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, makeProject, pack, run } from './install.mjs'

const { path: tarball } = pack()
const peers = ['express@5', 'express-session@1', 'passport@0.7']
const registry = run('npm', ['config', 'get', 'registry']).trim()
const files = ['service.mjs', 'commonjs.cjs']
const [major] = process.versions.node.split('.').map(Number)

function signIn(name, folder, command, args, { env = {}, scripts = files } = {}) {
  cpSync(join(import.meta.dirname, 'visit.mjs'), join(folder, 'visit.mjs'))
  for (const file of scripts) {
    cpSync(join(import.meta.dirname, file), join(folder, file))
    const said = run(command, [...args, file], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', ...env },
    })
    console.log(`${name}: ${said.trim()}`)
  }
}

const npm = makeProject(tarball, { packages: ['deno@2'] })
const permission = [
  major < 24 ? '--experimental-permission' : '--permission',
  `--allow-fs-read=${npm}`,
  ...(major >= 25 ? ['--allow-net'] : []),
]
signIn('Permission model', npm, 'node', permission)
signIn('Deno', npm, join(npm, 'node_modules/@deno/linux-x64-glibc/deno'), ['run', '--allow-all', '--no-lock'])

const tools = makeProject(tarball, { packages: ['pnpm@10', '@yarnpkg/cli-dist@4'] })

const pnpm = makeFolder()
writeFileSync(join(pnpm, 'package.json'), JSON.stringify({ private: true }))
run(
  'node',
  [join(tools, 'node_modules/pnpm/bin/pnpm.cjs'), 'add', '--registry', registry, tarball, ...peers],
  { cwd: pnpm },
)
signIn('pnpm', pnpm, 'node', [])

const yarn = makeFolder()
const yarnCommand = join(tools, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')
writeFileSync(join(yarn, 'package.json'), JSON.stringify({ name: 'service', private: true }))
writeFileSync(join(yarn, 'yarn.lock'), '')
mkdirSync(join(yarn, '.yarn'))
const yarnSettings = {
  YARN_NPM_REGISTRY_SERVER: registry,
  YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname,
  YARN_NODE_LINKER: 'pnp',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  YARN_ENABLE_GLOBAL_CACHE: 'false',
}
const yarnEnv = { env: { ...process.env, ...yarnSettings }, cwd: yarn }
run('node', [yarnCommand, 'add', `passport-govuk-one-login@file:${tarball}`, ...peers], yarnEnv)
signIn('Yarn PnP', yarn, 'node', [yarnCommand, 'node'], { env: yarnSettings })
