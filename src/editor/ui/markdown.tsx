// Markdown as elements, for notes and lessons. Loaded on demand, as it contains the parser. The texts
// come from files of others: HTML in them is shown as text, only links to http(s) work, and images
// are named, not loaded.
import { Marked, type Token, type Tokens } from 'marked'
import type { ComponentChild } from 'preact'
import { useMemo } from 'preact/hooks'
import { sliceText } from '../../painters/cutText.ts'
import { latexToUnicode } from '../../painters/unicodeMath.ts'
import { count } from './format.ts'
import {
  findExcessOfTokens,
  findTextExcess,
  textBounds,
  type TextProblem,
} from './markdownBounds.ts'
import { FormulaSource, InlineMath, SetText, useFormula, useInsert } from './math.tsx'
import { noteTexts } from '../texts/noteTexts.ts'
import './markdown.css'

interface MathToken extends Tokens.Generic {
  type: 'math'
  text: string
  display: boolean
}

/** In notes, `$5` is a price. */
const NOTE_MATH = /^\$(?![\s\d$])([^$\n]+?)(?<!\s)\$(?!\d)/
/** Lines of documents are wrapped, also in formulas. */
const DOCUMENT_MATH = /^\$(?![\s$])((?:\\.|[^$\\\n]|\n(?!\n))+?)(?<![\s\\])\$(?!\d)/
const DISPLAY_MATH = /^\$\$([^$]+)\$\$/

const mathToken = (match: RegExpExecArray | null, display: boolean): MathToken | undefined =>
  match ? { type: 'math', raw: match[0], text: match[1].trim(), display } : undefined

const createParser = (inlineMath: RegExp, options: { breaks: boolean }) =>
  new Marked({
    ...options,
    extensions: [
      {
        name: 'math',
        level: 'block',
        start: (text) => text.match(/^\$\$/m)?.index,
        tokenizer: (text) => mathToken(/^\$\$([^$]+)\$\$(?:\n|$)/.exec(text), true),
      },
      {
        name: 'math',
        level: 'inline',
        start: (text) => text.match(/\$/)?.index,
        tokenizer: (text) =>
          mathToken(DISPLAY_MATH.exec(text), true) ?? mathToken(inlineMath.exec(text), false),
      },
    ],
  })

/** Notes keep their line breaks, documents are wrapped. */
const parsers = {
  note: createParser(NOTE_MATH, { breaks: true }),
  document: createParser(DOCUMENT_MATH, { breaks: false }),
}
type TextKind = keyof typeof parsers

/** A parsed text, or the bound that it exceeds. */
type Parsed = { tokens: Token[] } | { problem: TextProblem }

export function parseMarkdown(text: string, kind: TextKind = 'note'): Parsed {
  const excess = findTextExcess(text)
  if (excess) return { problem: excess }
  try {
    const tokens = parsers[kind].lexer(text)
    const problem = findExcessOfTokens(tokens)
    return problem ? { problem } : { tokens }
  } catch {
    // The parser calls itself for each level.
    return { problem: 'nesting' }
  }
}

/** Returns the address of a link if it may be opened. */
export function safeAddress(href: string): string | undefined {
  try {
    const { protocol, href: address } = new URL(href)
    return protocol === 'https:' || protocol === 'http:' ? address : undefined
  } catch {
    return undefined
  }
}

interface Props {
  text: string
  kind?: TextKind
  /** Level of the first headings. */
  heading?: number
}

/** A text in Markdown. A text that exceeds the bounds is shown as it is. */
export function Markdown({ text, kind, heading = 3 }: Props) {
  const parsed = useMemo(() => parseMarkdown(text, kind), [text, kind])
  return (
    <div class="markdown">
      {'tokens' in parsed ? (
        renderTokens(parsed.tokens, heading)
      ) : (
        <SourceText text={text} problem={parsed.problem} />
      )}
    </div>
  )
}

function SourceText({ text, problem }: { text: string; problem: TextProblem }) {
  const reason = noteTexts().text[problem](count(textBounds[problem]))
  const chunks = useMemo(() => splitText(text), [text])
  return (
    <>
      <p class="hint">{noteTexts().textAsSource(reason)}</p>
      <div class="source">
        {chunks.map((chunk, i) => (
          <div key={i}>{chunk}</div>
        ))}
      </div>
    </>
  )
}

/** Characters of a part of a text. Browsers lay out only the parts that are visible. */
const CHUNK = 2000

/** Splits a text where a line or a word ends, if one does. */
export function splitText(text: string): string[] {
  const chunks: string[] = []
  for (let at = 0; at < text.length;) {
    const most = sliceText(text.slice(at, at + CHUNK + 1), CHUNK)
    const isLast = at + most.length >= text.length
    const end = isLast ? most.length : Math.max(most.lastIndexOf('\n'), most.lastIndexOf(' ')) + 1
    const chunk = most.slice(0, end || most.length)
    chunks.push(chunk)
    at += chunk.length
  }
  return chunks
}

/** A line of a document in Markdown, without a paragraph. */
export function MarkdownLine({ text }: { text: string }) {
  const parsed = useMemo(() => parseMarkdown(text, 'document'), [text])
  const [first, ...more] = 'tokens' in parsed ? parsed.tokens : []
  if (first?.type !== 'paragraph' || more.length > 0) return <>{text}</>
  return <>{renderTokens(first.tokens)}</>
}

const renderTokens = (tokens: readonly Token[] | undefined, heading = 3): ComponentChild[] =>
  attachToMath(tokens ?? []).map((token, i) => <Part key={i} token={token} heading={heading} />)

/** A formula with the characters that follow it: no line may break between them. */
interface AttachedToken extends Tokens.Generic {
  type: 'attached'
  math: MathToken
  text: string
}

/** Longer formulas break over lines themselves. */
const MAX_ATTACHED = 40
/** Punctuation, or the rest of a word, such as a Korean particle. */
const ATTACHED = /^(?:[^\s&_$]{1,6}(?!\S)|[,.;:!?)\]”’]+)/

/** Browsers break lines at formulas, even before a comma. */
function attachToMath(tokens: readonly Token[]): Token[] {
  const attached: Token[] = []
  for (const token of tokens) {
    const math = attached.at(-1)
    const text = math && isShortMath(math) && isPlainText(token) ? ATTACHED.exec(token.text) : null
    if (!math || !text || !isPlainText(token)) {
      attached.push(token)
      continue
    }
    const rest = token.text.slice(text[0].length)
    attached.splice(-1, 1, { type: 'attached', raw: '', math, text: text[0] } as AttachedToken)
    if (rest) attached.push({ ...token, text: rest })
  }
  return attached
}

const isShortMath = (token: Token): token is MathToken =>
  token.type === 'math' && !(token as MathToken).display && token.raw.length <= MAX_ATTACHED

const isPlainText = (token: Token): token is Tokens.Text => token.type === 'text' && !token.tokens

/** Elements without properties, by kind of token. */
const plainElements = {
  paragraph: 'p',
  blockquote: 'blockquote',
  strong: 'strong',
  em: 'em',
  del: 's',
} as const

function Part({ token, heading }: { token: Token; heading: number }) {
  switch (token.type) {
    case 'paragraph':
    case 'blockquote':
    case 'strong':
    case 'em':
    case 'del': {
      const Element = plainElements[token.type as keyof typeof plainElements]
      return <Element>{renderTokens(token.tokens)}</Element>
    }
    case 'heading': {
      const Heading = `h${Math.min(6, (token as Tokens.Heading).depth + heading - 1)}` as 'h3'
      return <Heading>{renderTokens(token.tokens)}</Heading>
    }
    case 'list':
      return <List list={token as Tokens.List} />
    case 'table':
      return <Table table={token as Tokens.Table} />
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      )
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>
    case 'link':
      return <Link link={token as Tokens.Link} />
    case 'image':
      return <em>{(token as Tokens.Image).text}</em>
    case 'math':
      return <Formula {...(token as MathToken)} />
    case 'attached':
      return (
        <span class="unbroken">
          <Formula {...(token as AttachedToken).math} />
          {(token as AttachedToken).text}
        </span>
      )
    case 'br':
      return <br />
    case 'hr':
      return <hr />
    case 'space':
    case 'def':
    case 'checkbox':
      return null
    case 'escape':
      return <>{(token as Tokens.Escape).text}</>
    case 'text':
      return token.tokens ? (
        <>{renderTokens(token.tokens)}</>
      ) : (
        <SetText text={decodeEntities((token as Tokens.Text).text)} />
      )
    default:
      // Among them HTML, which is shown as its source.
      return <>{token.raw}</>
  }
}

function List({ list: { ordered, start, items } }: { list: Tokens.List }) {
  const rows = items.map((item, i) => <li key={i}>{renderTokens(item.tokens)}</li>)
  return ordered ? <ol start={Number(start) || 1}>{rows}</ol> : <ul>{rows}</ul>
}

const Table = ({ table: { header, rows } }: { table: Tokens.Table }) => (
  <table>
    <thead>
      <tr>
        {header.map((cell, i) => (
          <th key={i} scope="col">
            {renderTokens(cell.tokens)}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((row, i) => (
        <tr key={i}>
          {row.map((cell, k) => (
            <td key={k}>{renderTokens(cell.tokens)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)

function Link({ link: { href, tokens } }: { link: Tokens.Link }) {
  const address = safeAddress(href)
  if (address === undefined) return <>{renderTokens(tokens)}</>
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {renderTokens(tokens)}
    </a>
  )
}

function Formula({ text, display }: { text: string; display: boolean }) {
  return display ? (
    <DisplayFormula latex={text} />
  ) : (
    <InlineMath latex={text} text={latexToUnicode(text)} />
  )
}

/** A formula in lines of its own. Focusable, because long ones scroll. */
function DisplayFormula({ latex }: { latex: string }) {
  const parts = splitEquations(latex)
  return (
    <span
      class="equation"
      role="math"
      tabIndex={0}
      aria-label={parts.map(latexToUnicode).join(' ')}
    >
      {parts.map((part, i) => (
        <Equation key={i} latex={part} />
      ))}
    </span>
  )
}

function Equation({ latex }: { latex: string }) {
  const { node, problem } = useFormula(latex, { display: true })
  const insert = useInsert(node)
  return node ? (
    <span key="set" ref={insert} />
  ) : (
    <FormulaSource key="plain" latex={latex} problem={problem} />
  )
}

/** Equations that are set beside each other. */
const MAX_EQUATIONS = 20

/** The equations between `\\qquad`, which may be set below each other. */
export function splitEquations(latex: string): string[] {
  const parts = latex.split(/\\qquad(?![a-zA-Z])/)
  const isComplete = (part: string) => {
    const count = (pattern: RegExp) => part.match(pattern)?.length ?? 0
    return (
      count(/(?<!\\)\{/g) === count(/(?<!\\)\}/g) &&
      count(/\\begin\{/g) === count(/\\end\{/g) &&
      count(/\\left(?![a-zA-Z])/g) === count(/\\right(?![a-zA-Z])/g)
    )
  }
  const isSplit =
    parts.length <= MAX_EQUATIONS && parts.every((part) => part.trim() && isComplete(part))
  return isSplit ? parts : [latex]
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
}

const decodeEntities = (text: string) =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => entities[entity])
