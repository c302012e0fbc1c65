// Generates the program of a matrix product for a tile.
import type { Program } from '../program.ts'
import type { Gemm } from './gemm.ts'
import { lanesGemm } from './gemmLanes.ts'
import { tiledGemm } from './gemmTiled.ts'
import type { Tile } from './tiles.ts'

export const gemmProgram = (product: Gemm, tile: Tile): Omit<Program, 'key'> =>
  tile.shape === 'tiled' ? tiledGemm(product, tile) : lanesGemm(product, tile)
