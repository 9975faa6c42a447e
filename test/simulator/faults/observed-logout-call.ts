import type { Simulator, SimulatorFaults } from 'passport-govuk-one-login/simulator'
import { startService, type ReceivedCall } from '../service.ts'

/** The request that a service receives when a user has signed out. */
export async function observedLogoutCall(
  op: Simulator,
  fault?: SimulatorFaults['logout-token'],
): Promise<ReceivedCall> {
  const service = await startService(200)
  if (fault) op.breakNext('logout-token', fault)
  await op.signOut('a-user', { to: service.url })
  const [call] = service.calls
  if (!call || service.calls.length > 1) throw new Error('Not one call')
  return call
}
