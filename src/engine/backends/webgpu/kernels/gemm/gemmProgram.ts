// Generates the program of a matrix product for a tile.
import type { Program } from '../../program.ts'
import type { Gemm } from './gemm.ts'
import { lanesGemm } from '../software/gemmLanes.ts'
import { matrixGemm } from './gemmMatrix.ts'
import { tiledGemm } from './gemmTiled.ts'
import type { Tile } from './tiles.ts'

export function gemmProgram(product: Gemm, tile: Tile): Omit<Program, 'key'> {
  if (tile.shape === 'lanes') return lanesGemm(product, tile)
  return tile.matrix ? matrixGemm(product, tile, tile.matrix) : tiledGemm(product, tile)
}
