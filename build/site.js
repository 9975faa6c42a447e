// Runs in the reader's browser: draws the Mermaid diagrams of a page. Without it, a diagram stays readable as text.
/* global document, matchMedia */
const blocks = document.querySelectorAll('code.mermaid')
if (blocks.length > 0) {
  const script = document.createElement('script')
  script.src = new URL('mermaid.js', document.currentScript.src).href
  script.addEventListener('load', drawDiagrams)
  document.head.append(script)
}

async function drawDiagrams() {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  globalThis.mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'neutral' })
  for (const [index, block] of blocks.entries()) {
    // Not textContent: TypeDoc ends lines with <br>.
    const { svg } = await globalThis.mermaid.render(`diagram-${index}`, block.innerText)
    const figure = document.createElement('figure')
    figure.innerHTML = svg
    block.parentElement.replaceWith(figure)
  }
}
