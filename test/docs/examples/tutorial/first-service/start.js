import { startSimulator } from 'passport-govuk-one-login/simulator'
import { createApp } from './app.js'

const home = 'http://localhost:3000'
const simulator = await startSimulator({
  callbackURL: `${home}/auth/callback`,
  postLogoutRedirectURL: `${home}/`,
  interactive: true,
})
createApp(simulator.options).listen(3000, (error) => console.log(error?.message ?? `Go to ${home}`))
