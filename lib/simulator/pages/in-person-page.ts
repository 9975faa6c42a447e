import { layout } from './layout.ts'

/** Returns the page for a user who proves their identity in person. It does not lead back to the service. */
export function inPersonPage(query: URLSearchParams): string {
  if (query.get('check') === 'too-early')
    return layout(
      'You have not completed your identity check',
      '<p>Go to a Post Office within 16 days of the day you started. You will get an email when your result is ready.</p>',
    )
  return layout(
    'Go to a Post Office to prove your identity',
    '<p>You have 16 days. The email with your result can take up to 24 hours to arrive after your visit.</p>' +
      '<p>To complete the check in a test, use <code>completeInPerson()</code>.</p>',
  )
}
