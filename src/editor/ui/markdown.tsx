// Markdown with mathematics, `$x_t$` and `$$...$$`, as elements. HTML in the text is shown as text,
// and images as their descriptions; links lead to other pages only.
import { Marked, type Token, type TokenizerExtension, type Tokens } from 'marked'
import type { ComponentChildren } from 'preact'
import { useCallback, useMemo } from 'preact/hooks'
import { renderLatex, useKatex } from './katex.ts'
import './markdown.css'

/** An equation between single or double dollar signs. A dollar sign before a space is a price. */
const inlineMath: TokenizerExtension = {
  name: 'inlineMath',
  level: 'inline',
  start: (text) => text.indexOf('$'),
  tokenizer(text) {
    const match = /^\$(?![\s$])((?:\\.|[^$\\\n]|\n(?!\n))+?)(?<![\s\\])\$(?!\d)/.exec(text)
    return match ? { type: 'inlineMath', raw: match[0], text: match[1] } : undefined
  },
}

const blockMath: TokenizerExtension = {
  name: 'blockMath',
  level: 'block',
  start: (text) => text.indexOf('$$'),
  tokenizer(text) {
    const match = /^\$\$\s*((?:\\.|[^$\\])+?)\s*\$\$(?:\n+|$)/.exec(text)
    return match ? { type: 'blockMath', raw: match[0], text: match[1] } : undefined
  },
}

const marked = new Marked({ gfm: true, extensions: [inlineMath, blockMath] })

interface Props {
  children: string
  /** Level of the first headings. */
  heading?: 2 | 3 | 4
}

/** Shows a text in Markdown. */
export function Markdown({ children, heading = 3 }: Props) {
  const tokens = useMemo(() => marked.lexer(children), [children])
  return (
    <div class="markdown">
      <Blocks tokens={tokens} heading={heading} />
    </div>
  )
}

/** Shows a line in Markdown, without paragraphs. */
export function InlineMarkdown({ children }: { children: string }) {
  const tokens = useMemo(() => {
    const [first, ...more] = marked.lexer(children)
    return first?.type === 'paragraph' && more.length === 0
      ? ((first as Tokens.Paragraph).tokens ?? [])
      : [{ type: 'text', raw: children, text: children } as Token]
  }, [children])
  return <Inline tokens={tokens} />
}

const Blocks = ({ tokens, heading }: { tokens: readonly Token[]; heading: number }) => (
  <>
    {tokens.map((token, i) => (
      <Block key={i} token={token} heading={heading} />
    ))}
  </>
)

function Block({ token, heading }: { token: Token; heading: number }): ComponentChildren {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'hr':
      return <hr />
    case 'heading': {
      const { depth, tokens } = token as Tokens.Heading
      const Tag = `h${Math.min(6, heading + depth - 1)}` as 'h3'
      return (
        <Tag>
          <Inline tokens={tokens} />
        </Tag>
      )
    }
    case 'paragraph':
      return (
        <p>
          <Inline tokens={(token as Tokens.Paragraph).tokens ?? []} />
        </p>
      )
    case 'code':
      return (
        // Focusable, because long lines scroll.
        <pre tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      )
    case 'blockMath':
      return <Maths latex={String(token.text)} display />
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={(token as Tokens.Blockquote).tokens} heading={heading} />
        </blockquote>
      )
    case 'list':
      return <List list={token as Tokens.List} heading={heading} />
    case 'table':
      return <Table table={token as Tokens.Table} />
    case 'text':
      return <Inline tokens={(token as Tokens.Text).tokens ?? [token]} />
    default:
      return <p>{token.raw}</p>
  }
}

function List({
  list: { ordered, start, items },
  heading,
}: {
  list: Tokens.List
  heading: number
}) {
  const content = items.map(({ tokens }, i) => (
    <li key={i}>
      <Blocks tokens={tokens} heading={heading} />
    </li>
  ))
  return ordered ? <ol start={start || 1}>{content}</ol> : <ul>{content}</ul>
}

const Table = ({ table: { header, rows } }: { table: Tokens.Table }) => (
  <table>
    <thead>
      <tr>
        {header.map(({ tokens }, i) => (
          <th key={i} scope="col">
            <Inline tokens={tokens} />
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((row, i) => (
        <tr key={i}>
          {row.map(({ tokens }, j) => (
            <td key={j}>
              <Inline tokens={tokens} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)

const Inline = ({ tokens }: { tokens: readonly Token[] }) => (
  <>
    {tokens.map((token, i) => (
      <Span key={i} token={token} />
    ))}
  </>
)

function Span({ token }: { token: Token }): ComponentChildren {
  const inner = 'tokens' in token && token.tokens ? <Inline tokens={token.tokens} /> : null
  switch (token.type) {
    case 'strong':
      return <strong>{inner}</strong>
    case 'em':
      return <em>{inner}</em>
    case 'del':
      return <del>{inner}</del>
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br />
    case 'inlineMath':
      return <Maths latex={String(token.text)} />
    case 'link':
      return <Link link={token as Tokens.Link} />
    case 'image':
      return (token as Tokens.Image).text
    case 'escape':
    case 'text':
      return inner ?? unescape((token as Tokens.Text).text)
    default:
      return token.raw
  }
}

/** Entities, which the lexer leaves in texts. */
const unescape = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

/** A link to another page. Any other address, such as `javascript:`, is shown as text. */
function Link({ link: { href, tokens } }: { link: Tokens.Link }) {
  const inner = <Inline tokens={tokens} />
  if (!/^https?:\/\//i.test(href)) return inner
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {inner}
    </a>
  )
}

/** Shows the source until KaTeX is loaded, or if KaTeX cannot parse it. */
function Maths({ latex, display = false }: { latex: string; display?: boolean }) {
  const katex = useKatex()
  const equation = useMemo(
    () => katex && renderLatex(katex, latex, display),
    [katex, latex, display],
  )
  const insert = useCallback(
    (box: HTMLElement | null) => equation && box?.replaceChildren(equation),
    [equation],
  )
  const className = display ? 'maths display' : 'maths'
  if (!equation) return <code class={className}>{latex}</code>
  // Wide equations scroll, so they must be reachable by keyboard.
  return display ? (
    <div ref={insert} class={className} tabIndex={0} role="math" aria-label={latex} />
  ) : (
    <span ref={insert} class={className} />
  )
}
