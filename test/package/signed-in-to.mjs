// Starts a service in its own process, signs in to it with the simulator, and writes its User-Agent.
//   node signed-in-to.mjs SERVICE NODE_MODULES
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { visit } from './visit.mjs'

const [service, modules] = process.argv.slice(2)
const entry = createRequire(join(modules, 'x.js')).resolve('passport-govuk-one-login/simulator')
const { startSimulator } = await import(pathToFileURL(entry).href)

const probe = createServer().listen(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address()
probe.close()
await once(probe, 'close')

const site = `http://127.0.0.1:${port}`
const op = await startSimulator({ callbackURL: `${site}/auth/callback` })
const { environment, clientId, privateKey, callbackURL } = op.options
const child = fork(service, {
  cwd: dirname(service),
  env: {
    PORT: String(port),
    ONE_LOGIN_ISSUER: environment.issuer,
    ONE_LOGIN_DID_DOCUMENT_URL: environment.didDocumentURL,
    ONE_LOGIN_DID_CONTROLLER: environment.didController,
    ONE_LOGIN_CORE_IDENTITY_ISSUER: environment.coreIdentityIssuer,
    ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
    ONE_LOGIN_CLIENT_ID: clientId,
    ONE_LOGIN_CALLBACK_URL: callbackURL,
    ONE_LOGIN_PRIVATE_KEY: privateKey,
  },
})
try {
  const failed = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`The service ended with ${code}.`)),
  )
  await Promise.race([once(child, 'message'), failed])
  const user = JSON.parse(await visit(`${site}/treasure`))
  assert.equal(user.identity.proven, true)
  const [agent] = new Set(
    op.requests.filter(({ endpoint }) => endpoint === 'token').map(({ headers }) => headers['user-agent']),
  )
  console.log(`${agent} signed a user in`)
} finally {
  child.removeAllListeners('exit')
  child.kill()
  await op.close()
}
