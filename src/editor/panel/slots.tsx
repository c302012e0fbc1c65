// Inputs and outputs of a node in the details panel.
import type { ComponentChildren } from 'preact'
import { chosenType, type Accepts, type Declaration } from '../../engine/plan/op.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { declaredName } from '../../workflow/slots.ts'
import { Prose } from '../ui/prose.tsx'
import { subscribeToGraph } from '../workspace/state.ts'
import { isDark } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { typeColour } from '../ui/theme.ts'
import { ValueToggle } from './wireInspector.tsx'
import { Section } from './section.tsx'

export function Slots({
  declaration: { inputs, outputs, params },
  node,
}: {
  declaration: Declaration
  node: DiffusionNode
}) {
  subscribeToGraph()
  const present = new Set(node.inputs.map(({ name }) => name))
  const ins = Object.entries(inputs).filter(
    ([name, { grows }]) => name !== 'loop' && (!grows || present.has(name)),
  )
  const outs = Object.entries(outputs).filter(([name]) => name !== 'loop')
  return (
    <>
      {ins.length > 0 && (
        <Section title={texts.panel.inputs}>
          <ul class="slots">
            {ins.map(([name, { accepts, about, optional }]) => (
              <SlotRow
                key={name}
                name={name}
                type={formatTypes(accepts)}
                colour={accepts === 'any' ? '*' : accepts[0]}
                about={about}
                optional={optional}
              />
            ))}
          </ul>
        </Section>
      )}
      {outs.length > 0 && (
        <Section title={texts.panel.outputs}>
          <ul class="slots">
            {outs.map(([name, { type: declared, about }]) => {
              const type = chosenType({ params }, declared, node.properties)
              return (
                <SlotRow
                  key={name}
                  name={name}
                  type={typeof type === 'string' ? type : texts.panel.sameAs(type.like)}
                  colour={typeof type === 'string' ? type : '*'}
                  about={about}
                >
                  <ValueToggles node={node} outputs={outputs} name={name} />
                </SlotRow>
              )
            })}
          </ul>
        </Section>
      )}
    </>
  )
}

interface ValueTogglesProps {
  node: DiffusionNode
  outputs: Declaration['outputs']
  name: string
}

/** One toggle for each slot of a declared output. */
const ValueToggles = ({ node, outputs, name }: ValueTogglesProps) => (
  <>
    {node.outputs.map(
      (slot, i) =>
        declaredName(outputs, slot.name) === name && (
          <ValueToggle key={slot.name} node={node} slot={i} />
        ),
    )}
  </>
)

const formatTypes = (accepts: Accepts) =>
  accepts === 'any' ? texts.panel.anything : accepts.join(', ')

interface SlotRowProps {
  name: string
  type: string
  colour: string
  about: string
  optional?: boolean | undefined
  children?: ComponentChildren
}

function SlotRow({ name, type, colour, about, optional, children }: SlotRowProps) {
  return (
    <li>
      <span class="dot" style={{ '--tint': typeColour(colour, isDark.value) }} />
      <span>
        <code>{name}</code>{' '}
        <span class="type">{optional ? `${type}, ${texts.panel.optional}` : type}</span>
      </span>
      {about && (
        <span class="about">
          <Prose>{about}</Prose>
        </span>
      )}
      {children}
    </li>
  )
}
