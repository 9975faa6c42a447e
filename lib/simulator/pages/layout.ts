/** Escapes a text for HTML and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const style = `
  *, *::before, *::after { box-sizing: border-box }
  body { margin: 0; color: #0b0c0c; background: #fff; font: 1.1875rem/1.4 "GDS Transport", arial, sans-serif }
  header { background: #0b0c0c; color: #fff; border-bottom: 10px solid #1d70b8; padding: 12px 0; font-weight: 700 }
  header div, main { max-width: 960px; margin: 0 auto; padding: 0 20px }
  main { padding-top: 30px; padding-bottom: 60px }
  h1 { font-size: 2rem; line-height: 1.15; margin: 0 0 20px }
  h2, legend { font-size: 1.5rem; font-weight: 700; margin: 0 0 10px }
  fieldset { border: 0; margin: 0 0 30px; padding: 0; min-width: 0 }
  legend { padding: 0 }
  .choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(280px, 100%), 1fr)); gap: 15px 30px }
  .hint { color: #505a5f; margin: 0 0 10px }
  .choice { display: flex; gap: 12px; align-items: flex-start }
  .choice input { width: 28px; height: 28px; margin: 0; flex: none; accent-color: #0b0c0c }
  .choice small { display: block; color: #505a5f; font-size: 1rem }
  .field { margin: 0 0 30px }
  .choice.field label { font-weight: 400 }
  .field label { display: block; font-weight: 700; margin: 0 0 5px }
  select, input[type=text] { font: inherit; border: 2px solid #0b0c0c; padding: 5px; height: 40px; max-width: 100%; background: #fff; color: #0b0c0c }
  textarea { font: 1rem/1.4 monospace; display: block; width: 100%; border: 2px solid #0b0c0c; padding: 5px; background: #fff; color: #0b0c0c }
  :focus { outline: 3px solid #fd0; outline-offset: 0; box-shadow: inset 0 0 0 2px #0b0c0c }
  button { font: inherit; color: #fff; background: #00703c; border: 2px solid transparent; box-shadow: 0 2px 0 #002d18; padding: 8px 12px; cursor: pointer }
  button:focus { background: #fd0; color: #0b0c0c; box-shadow: 0 2px 0 #0b0c0c }
  .inset { border-left: 10px solid #b1b4b6; padding: 15px; margin: 0 0 30px }
  dl { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: 5px 20px; margin: 0; overflow-wrap: anywhere } dt { font-weight: 700 } dd { margin: 0 }
  @media (max-width: 640px) { dl { display: block } dd { margin: 0 0 10px } }
`

/** Returns a whole page. The title is escaped here. The content is HTML. */
export function layout(title: string, content: string, language: 'en' | 'cy' = 'en'): string {
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - GOV.UK One Login simulator</title>
<style>${style}</style>
</head>
<body>
<header><div>GOV.UK One Login simulator</div></header>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>
`
}
