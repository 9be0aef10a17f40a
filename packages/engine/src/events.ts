export type { BackendFact, OnEvent, RunEvent, SplitCounts, ValidationScores } from '@raremask/core';
