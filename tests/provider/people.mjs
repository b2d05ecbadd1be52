// The people that the provider knows, read once from a JSON file.
import { existsSync, readFileSync } from 'node:fs';

const CLAIMS = ['email', 'email_verified', 'name'];

// "name_repeat" makes an over-long name without an over-long file.
function claimsOf(entry) {
  const claims = { sub: entry.sub };
  for (const claim of CLAIMS) {
    if (claim in entry) claims[claim] = entry[claim];
  }
  if (entry.name_repeat) claims.name = entry.name.repeat(entry.name_repeat);
  return claims;
}

export class People {
  constructor(file, groupsFile, goneFile) {
    this.all = JSON.parse(readFileSync(file, 'utf8')).map(claimsOf);
    this.groupsFile = groupsFile;
    this.goneFile = goneFile;
  }

  // What a JSON file says that the groups claim is, by email; read each time, since people come and go.
  groupsOf(person) {
    if (!this.groupsFile || !existsSync(this.groupsFile)) return {};
    const groups = JSON.parse(readFileSync(this.groupsFile, 'utf8'));
    return person.email in groups ? { groups: groups[person.email] } : {};
  }

  // Whether a JSON file lists the email of somebody who was deleted here; read each time.
  isGone(person) {
    if (!this.goneFile || !existsSync(this.goneFile)) return false;
    return JSON.parse(readFileSync(this.goneFile, 'utf8')).includes(person.email);
  }

  // A person is named by subject or by email, exactly.
  find(who) {
    return this.all.find((p) => (p.sub === who || p.email === who) && !this.isGone(p));
  }

  // The shape that oidc-provider wants from its findAccount setting.
  account(sub) {
    const person = this.find(sub);
    return person && { accountId: person.sub, claims: async () => ({ ...person, ...this.groupsOf(person) }) };
  }
}
