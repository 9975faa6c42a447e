// CommonJS can require the package, from Node 20.19 on.
const assert = require('node:assert/strict')
const { OneLoginStrategy, isOneLoginError } = require('passport-govuk-one-login')
const { startSimulator } = require('passport-govuk-one-login/simulator')

startSimulator().then(async (op) => {
  assert.equal(new OneLoginStrategy(op.options).name, 'govuk-one-login')
  assert.throws(() => new OneLoginStrategy({}), isOneLoginError)
  await op.close()
  console.log('CommonJS: required')
})
