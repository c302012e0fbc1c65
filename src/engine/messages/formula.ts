// Errors of formulas: syntax, kinds of values, operands.
import { catalogue } from '../base/catalogue.ts'

export const formulaMessages = catalogue('formula', {
  // syntax
  empty: 'Expected an expression, got none.',
  tooLong: 'Expected at most {limit} characters, got {length}.',
  tooManyNodes: 'Expected at most {limit} operands and operations, got more.',
  tooDeep: 'Expected at most {limit} nested brackets and operators, got more.',
  character: 'Expected a number, a name or an operator, got "{text}".',
  malformedNumber: 'Expected a number such as 0.5 or 1e-3, got "{text}".',
  infiniteNumber: 'Expected a number up to 1.8e308, got "{text}".',
  operand: 'Expected a number, a name or "(", got "{text}".',
  missingOperand: 'Expected a number, a name or "(", but the expression ends.',
  operator: 'Expected an operator or the end of the expression, got "{text}".',
  singleEquals: 'Expected an operator, got "=".',
  bracket: 'Expected "," or ")", got "{text}".',
  missingBracket: 'Expected ")", but the expression ends.',
  chain: 'Expected one comparison, got a chain of them.',
  unfinished: 'Expected an expression after the last ";", got none.',

  // names
  unknownName: 'Expected an input (a to p, t), a function or a name defined before, got "{name}".',
  unknownFunction: 'Expected a function, got "{name}", which is unknown.',
  notAFunction: 'Expected an operator after "{name}", got "(".',
  withoutArguments: 'Expected "(" after the function {name}.',
  takenName: 'Expected a new name, got "{name}", which has a meaning already.',
  argumentCount: 'Expected {expected} arguments of {name}, got {count}.',

  // values
  notConnected: 'Expected a value of {name}, but nothing is connected.',
  noSchedule: 'Expected a schedule for {name}, but none is connected.',
  noLastTime: 'Expected a schedule with a last timestep for T, got "{schedule}".',
  onDevice:
    'Expected a value known on the CPU for {name}, such as a timestep, got one that is computed by the backend.',
  infiniteConstant: 'Expected a finite constant, got {value}.',
  shapes: 'Expected shapes that broadcast, got [{first}] and [{second}].',

  // curves: formulas of u
  curveEmpty: 'Expected an expression of u, got none.',
  curveTooLong: 'Expected at most {limit} characters, got {length}.',
  curveTooManyNodes: 'Expected at most {limit} operands and operations, got more.',
  curveName: 'Expected u, a function or a name defined before, got "{name}".',
  curveFunction: 'Expected a function of numbers, got "{name}".',
  curveRange: 'Expected ᾱ from 0 to 1, and 0 only at u = 1, got {value} at u = {u}.',
  curveRises:
    'Expected ᾱ to fall from each timestep to the next, got {value} at u = {u} after {before}.',

  // outputs
  numberFromItems: 'Expected one number for the output {output}, got one per item.',
  numberFromBatch: 'Expected one number for the output {output}, got a batch.',
  itemsFromNumber: 'Expected one number per item for the output {output}, got a single one.',
  itemsFromBatch: 'Expected one number per item for the output {output}, got a batch.',
  batchFromNumber: 'Expected a batch for the output {output}, got one number.',
  batchFromItems: 'Expected a batch for the output {output}, got one number per item.',
  outputOnDevice:
    'Expected a value known on the CPU for the output {output}, got one that is computed by the backend.',
  fractionalLabel: 'Expected integers of at least -1 as labels, got {value}.',
  timestepValue: 'Expected timesteps of at least -1, got {value}.',
  weightValue: 'Expected finite weights of at least 0, got {value}.',
})
