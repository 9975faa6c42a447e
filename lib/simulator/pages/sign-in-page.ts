import { settle, type SimulatorResponse } from '../outcome.ts'
import { asksForIdentity, levelsOfConfidence, type Vector } from '../authorization/requested-vectors.ts'
import { errorsAfterPage } from '../faults/authorize-faults.ts'
import type { PendingSignIn } from '../pending-sign-ins.ts'
import { aboutUser, readyUser, readyUserNames } from '../users/ready-users.ts'
import { escapeHtml, layout } from './layout.ts'

/** Returns the page on which a person chooses the user and the response. */
export function signInPage(pending: PendingSignIn, response: SimulatorResponse, issuer: string): string {
  const { request, session, journey } = pending
  const forIdentity = request.vectors.some(asksForIdentity)
  const content = `
${requestSummary(pending)}
<form method="post" action="${escapeHtml(new URL('sign-in', issuer).pathname)}">
<input type="hidden" name="journey" value="${escapeHtml(journey.sid)}">
<fieldset>
<legend>${forIdentity && session.user ? 'Who proves their identity?' : 'Who signs in?'}</legend>
${userChoices(pending, response)}
</fieldset>
${forIdentity ? identityFields() : ''}
<div class="field">
<label for="error">Come back with an error instead</label>
<select id="error" name="error">${option('', 'No error')}${errorOptions()}</select>
</div>
<button type="submit">Continue to the service</button>
</form>`
  const { clientName } = request.client
  return layout(forIdentity ? `Prove an identity to ${clientName}` : `Sign in to ${clientName}`, content)
}

const writeVector = ({ credentialTrust, confidence }: Vector): string =>
  confidence === undefined ? credentialTrust : `${credentialTrust}.${confidence}`

function requestSummary(pending: PendingSignIn): string {
  const { request, reauthenticate } = pending
  const facts = {
    Requested: request.vectors.map(writeVector).join(', '),
    Scopes: request.scopes.join(', '),
    Claims: request.claims.join(', '),
    Language: request.locale === 'cy' ? 'Welsh' : '',
    'Must sign in again': reauthenticate ?? '',
    'Login hint': request.loginHint ?? '',
  }
  const terms = Object.entries(facts)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
  return `${identityNotice(pending)}<div class="inset"><dl>${terms.join('')}</dl></div>`
}

/** Returns the notice for the second request of a sign-in, when the user is known and the service asks for more. */
function identityNotice({ request, session }: PendingSignIn): string {
  if (!request.vectors.some(asksForIdentity)) return ''
  const { user } = session
  if (!user) return '<p>The service asks for an identity.</p>'
  return `<p>${escapeHtml(user.email ?? user.sub)} is signed in. The service now asks for an identity.</p>`
}

/** Selects the signed-in user, so that continuing does not change the user. */
function userChoices({ session }: PendingSignIn, response: SimulatorResponse): string {
  const userSettings = typeof response.user === 'object' ? response.user : undefined
  const current = session.user
  const isReady = readyUserNames.some((name) => readyUser(name).sub === current?.sub)
  const chosen = current ?? settle(response).user
  const choices = [
    ...(current && !isReady ? [radio('signed-in', current.email ?? current.sub, 'Is signed in', true)] : []),
    ...(userSettings && userSettings.sub !== current?.sub
      ? [
          radio(
            'configured',
            userSettings.email ?? userSettings.sub,
            'As configured',
            userSettings === chosen,
          ),
        ]
      : []),
    ...readyUserNames.map((name) => radio(name, name, aboutUser(name), readyUser(name).sub === chosen.sub)),
  ]
  return `<div class="choices">${choices.join('\n')}</div>`
}

function radio(value: string, label: string, hint: string, isChecked: boolean): string {
  const id = `user-${value}`
  return `<div class="choice"><input type="radio" name="user" id="${escapeHtml(id)}" value="${escapeHtml(value)}"${isChecked ? ' checked' : ''}>
<label for="${escapeHtml(id)}">${escapeHtml(label)} <small>${escapeHtml(hint)}</small></label></div>`
}

function identityFields(): string {
  const levels = levelsOfConfidence.map((level) => option(level, level === 'P0' ? 'P0 (not proven)' : level))
  return `<div class="field">
<label for="level">Level of confidence reached</label>
<select id="level" name="level">${option('', 'This person’s level')}${levels.join('')}</select>
</div>
<div class="field">
<label for="returnCodes">Return codes</label>
<p class="hint" id="returnCodes-hint">Letters, such as B, C. If empty, this person’s own.</p>
<input type="text" id="returnCodes" name="returnCodes" aria-describedby="returnCodes-hint" autocomplete="off">
</div>`
}

function errorOptions(): string {
  return Object.entries(errorsAfterPage)
    .map(([name, error]) => option(name, `${error.error} (${name})`))
    .join('')
}

function option(value: string, label: string): string {
  return `<option value="${escapeHtml(value)}">${escapeHtml(label)}</option>`
}
