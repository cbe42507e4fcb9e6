// The readable result of `inspect`.

import type { InspectedFragment, InspectedTrack, Inspection, Warning } from '../../recording/types.ts';
import { columns } from '../columns.ts';
import { durationText } from '../duration-text.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';

/** What the dump is, who made it, its tracks and contacts, then fragments and tags where they were asked for. */
export function inspectionSummary(inspection: Inspection, paint: Paint): string {
  const { producer } = inspection;
  const apps = [...new Set([producer.title, producer.muxingApp, producer.writingApp])].filter(
    (app) => app !== null,
  );
  const parts = [
    `${paint.bold(printable(inspection.input))} ${paint.dim(`(${sizeText(inspection.bytes)})`)}`,
    indented(
      columns([
        ['producer', apps.length > 0 ? apps.map(printable).join(', ') : 'not named'],
        ['structure', structure(inspection)],
      ]),
    ),
    section('Tracks', trackRows(inspection.tracks), paint),
    section('Contacts', contactRows(inspection), paint),
  ];
  if (inspection.fragments) parts.push(section('Fragments', fragmentRows(inspection.fragments), paint));
  if (inspection.tags) parts.push(section('Tags', tagRows(inspection.tags), paint));
  parts.push(section('Remarks', remarkRows(inspection.warnings), paint));
  return parts.filter((part) => part !== '').join('\n');
}

function structure({ ebmlHeaders, segments, clusters, blocks }: Inspection): string {
  return [
    counted(ebmlHeaders, 'EBML header'),
    counted(segments, 'segment'),
    counted(clusters, 'cluster'),
    counted(blocks, 'block'),
  ].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function section(heading: string, rows: string[][], paint: Paint): string {
  return rows.length === 0 ? '' : `\n${paint.bold(heading)}\n${indented(columns(rows))}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function trackRows(tracks: readonly InspectedTrack[]): string[][] {
  const rows = tracks.map(({ number, name, codecId, encoding, sampleRate, channels }) => [
    String(number),
    printable(name),
    printable(codecId),
    encoding ?? 'no audio',
    sampleRate === null ? '' : `${sampleRate} Hz`,
    channels === null ? '' : counted(channels, 'channel'),
  ]);
  return rows.length === 0
    ? []
    : [['number', 'name', 'declared', 'true format', 'rate', 'channels'], ...rows];
}

function contactRows({ contacts }: Inspection): string[][] {
  const rows = contacts.map(({ contactId, start, end, fragments }) => [
    contactText(contactId),
    start,
    durationText(Date.parse(end) - Date.parse(start)),
    counted(fragments, 'fragment'),
  ]);
  return rows.length === 0 ? [] : [['contact', 'start', 'length', 'fragments'], ...rows];
}

function contactText(contactId: string | null): string {
  return contactId === null ? '-' : printable(contactId);
}

function fragmentRows(fragments: readonly InspectedFragment[]): string[][] {
  const rows = fragments.map(({ number, offset, start, durationMs, blocks, contactId }) => [
    String(offset),
    number === null ? '-' : printable(number),
    start,
    `${durationMs} ms`,
    String(blocks),
    contactText(contactId),
  ]);
  return [['offset', 'fragment', 'start', 'length', 'blocks', 'contact'], ...rows];
}

function tagRows(groups: NonNullable<Inspection['tags']>): string[][] {
  return groups.flatMap(({ offset, tags }) =>
    tags.map(({ name, value }) => [String(offset), printable(name), clipped(printable(value))]),
  );
}

/** A tag's value can be as long as a page. */
function clipped(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}

function remarkRows(warnings: readonly Warning[]): string[][] {
  return warnings.map(({ code, message, offset }) => [
    code,
    `${printable(message)}${offset === undefined ? '' : ` (at byte ${offset})`}`,
  ]);
}
