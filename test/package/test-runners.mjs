// Runs the examples of the testing guide with each test runner, against the tarball, as in a service.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeProject, pack, run } from './install.mjs'

const { path: tarball } = pack()
const examples = 'test/docs/examples'
const types = [
  '@types/express@5',
  '@types/express-session@1',
  '@types/passport@1',
  '@types/supertest@6',
  '@types/node@20',
  'typescript@5.9',
]
const babel = ['@babel/core@7', '@babel/preset-env@7', '@babel/preset-typescript@7']
const manifest = JSON.parse(readFileSync(join(examples, 'package.json'), 'utf8'))

for (const version of [29, 30]) {
  const packages = [
    `jest@${version}`,
    `babel-jest@${version}`,
    `@types/jest@${version}`,
    'ts-jest@29',
    'supertest@7',
    ...types,
    ...babel,
  ]
  const project = makeProject(tarball, { from: 'examples/jest', packages })
  for (const transform of ['ts-jest', 'babel-jest']) {
    run('npx', ['jest', '--config', `${transform}.config.js`, '--testTimeout=30000'], {
      cwd: project,
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    console.log(`Jest ${version} with ${transform}, CommonJS: passed`)
  }
}

const project = makeProject(tarball, {
  from: examples,
  manifest,
  packages: ['jest@30', 'vitest@4', 'mocha@12', 'supertest@7'],
})
for (const [script, passed] of [
  ['test:vitest', /Tests {2}5 passed/],
  ['test:jest', /Tests: +3 passed, 3 total/],
  ['test:mocha', /1 passing/],
]) {
  // Jest reports on stderr.
  const output = run('sh', ['-c', `npm run --silent ${script} 2>&1`], {
    cwd: project,
    env: { ...process.env, NO_COLOR: '1' },
  })
  if (!passed.test(output)) throw new Error(`${script} did not run all its tests:\n${output}`)
  console.log(`${script} of the guide: passed`)
}
