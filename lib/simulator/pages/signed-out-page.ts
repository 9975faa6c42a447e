import { escapeHtml, layout } from './layout.ts'

/** Returns the page that a browser gets after sign-out if the service named no address, or a wrong one. */
export function signedOutPage(query: URLSearchParams): string {
  const code = query.get('error_code')
  if (code === null) return layout('You have signed out', '<p>You can close this page.</p>')
  const description = query.get('error_description') ?? ''
  return layout(
    'You have signed out',
    `<p>We could not send you back to the service.</p>
<div class="inset"><dl><dt>Error</dt><dd>${escapeHtml(code)}</dd><dt>Description</dt><dd>${escapeHtml(description)}</dd></dl></div>`,
  )
}
