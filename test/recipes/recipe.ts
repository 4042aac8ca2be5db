import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "shoal";
import { dataFolder } from "../../infra/demo/computations.ts";

/** A small piece of real work as a user would write it, and what it must come to, by plain JavaScript. */
export interface Recipe {
  readonly title: string;
  run(client: Client): Promise<unknown>;
  expected(): unknown;
}

/** The path of a data file of the npm package vega-datasets. */
export const dataFile = (name: string): string => join(dataFolder, name);

const read = new Map<string, unknown>();

/** A JSON file's records. */
export function records<T>(name: string): readonly T[] {
  if (!read.has(name)) read.set(name, JSON.parse(readFileSync(dataFile(name), "utf8")));
  return read.get(name) as readonly T[];
}

/** The lines of a text file, without its head. */
export const lines = (name: string): string[] => readFileSync(dataFile(name), "utf8").trim().split(/\r?\n/).slice(1);

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
export const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

export interface Movie {
  readonly Title: string;
  readonly "Worldwide Gross": number | null;
  readonly "Production Budget": number | null;
  readonly "Major Genre": string | null;
  readonly Director: string | null;
}
export interface Car {
  readonly Name: string;
  readonly Miles_per_Gallon: number | null;
  readonly Cylinders: number;
  readonly Horsepower: number | null;
  readonly Origin: string;
}
export interface Job {
  readonly job: string;
  readonly sex: "men" | "women";
  readonly year: number;
  readonly count: number;
}
export interface Country {
  readonly year: number;
  readonly country: string;
  readonly pop: number;
  readonly life_expect: number;
}
