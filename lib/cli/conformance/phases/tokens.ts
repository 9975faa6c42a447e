import { tryFaults } from '../fault-trial.ts'
import { authTimeFaults, identityFaults, signInFaults } from '../fault-catalogue.ts'
import { identityJourney, signInJourney } from '../journeys.ts'
import type { Run } from '../run.ts'

/** Breaks tokens and responses in ways that a service must reject, in each journey that uses them. */
export async function runTokens(run: Run): Promise<void> {
  const signIn = signInJourney(run)
  await tryFaults(run, signIn, signInFaults)
  if (run.signInRequest?.maxAge !== undefined) await tryFaults(run, signIn, authTimeFaults)
  else explainAuthTime(run)
  const identity = identityJourney(run)
  if (identity) await tryFaults(run, identity, [...signInFaults, ...identityFaults])
  else run.results.explain('tokens', run.whyNoIdentity)
}

function explainAuthTime({ results }: Run): void {
  results.add('id-token-auth-time', {
    name: 'max_age',
    verdict: 'not observable',
    done: 'Nothing was done.',
    seen: 'The service does not send max_age.',
  })
}
