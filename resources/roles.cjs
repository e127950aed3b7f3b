// The roles of the controller's functions, for serverless.yml: `${file(resources/roles.cjs)}`. What they may do stands in
// roles.json, which follows from the facts in src/ (npm run generate); here the stage and the settings are filled in.
const roles = require('./roles.json');

/** serverless resolves this file as a function of its variables. */
module.exports = async ({ resolveVariable }) => {
  const settings = (await resolveVariable('self:custom.inoculate, null')) ?? {};
  return resourcesOf(await resolveVariable('sls:stage'), settings);
};
module.exports.resourcesOf = resourcesOf;

const longestStage = 24;

/**
 * @param {string} stage
 * @param {{ allowed?: Record<string, string[]>, rolePolicies?: boolean, heldOn?: string, permissionsBoundary?: unknown }} settings
 */
function resourcesOf(stage, { allowed = {}, rolePolicies = false, heldOn = '', permissionsBoundary } = {}) {
  // IAM takes names of at most 64 characters, and the role's and the Region's are part of them.
  if (stage.length > longestStage)
    throw new Error(`Stage "${stage}" is too long for names of roles: at most ${longestStage} characters`);
  const enabled = ({ onlyIf }) =>
    onlyIf === undefined ||
    (onlyIf === 'rolePolicies' && rolePolicies === true) ||
    (onlyIf === 'heldOn' && heldOn !== '');
  if (!/^([A-Za-z0-9][A-Za-z0-9_-]{0,62})?$/.test(heldOn))
    throw new Error(`custom.inoculate.heldOn in serverless.yml: "${heldOn}" is no stage`);
  const ids = idsOf(allowed);
  const Resources = {};
  for (const [id, role] of Object.entries(roles).filter(([, one]) => enabled(one))) {
    const statements = role.statements.filter(enabled).flatMap((one) => statementOf(one, ids));
    requireLength(role.name, statements, stage);
    Resources[id] = {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: `inoculate-{stage}-{region}-${role.name}`,
        Description: role.description,
        ...(permissionsBoundary == null ? {} : { PermissionsBoundary: permissionsBoundary }),
        AssumeRolePolicyDocument: policy([
          {
            Effect: 'Allow',
            Principal: { Service: role.assumedBy },
            Action: 'sts:AssumeRole',
            ...(role.assumedOnlyIf === undefined ? {} : { Condition: role.assumedOnlyIf }),
          },
        ]),
        Policies: [{ PolicyName: 'inoculate', PolicyDocument: policy(statements) }],
      },
    };
  }
  return { Resources: filledIn(Resources, { stage, heldOn }) };
}

function policy(Statement) {
  return { Version: '2012-10-17', Statement };
}

/** Without anything in the list there is no statement: nothing is allowed. */
function statementOf({ Resource, ...rest }, ids) {
  const statement = { ...rest };
  delete statement.onlyIf;
  if (Array.isArray(Resource)) return [{ ...statement, Resource }];
  const listed = ids[Resource.allowed].map((id) => Resource.pattern.replaceAll('{id}', id));
  return listed.length === 0 ? [] : [{ ...statement, Resource: listed }];
}

/** Names and ARNs may stand in the lists. */
function idsOf(allowed) {
  const ids = { tables: [], buckets: [], healthChecks: [] };
  for (const [list, given] of Object.entries(allowed ?? {})) {
    const where = `custom.inoculate.allowed.${list} in serverless.yml`;
    if (!Object.hasOwn(ids, list))
      throw new Error(`${where} is not known: there are ${Object.keys(ids).join(', ')}`);
    if (given != null && !Array.isArray(given)) throw new Error(`${where} must be a list of names or ARNs`);
    ids[list] = (given ?? []).map((one) => {
      const id = String(one).split(/[:/]/).at(-1);
      if (/^[A-Za-z0-9._-]+$/.test(id)) return id;
      throw new Error(`${where}: "${one}" is neither a name nor an ARN, in full, without wildcards`);
    });
  }
  return ids;
}

/** IAM takes this much for all inline policies of a role, white space not counted. */
const mostCharacters = 10_240;
/** The longest of their sort. */
const longest = {
  partition: 'aws-us-gov',
  region: 'ap-southeast-1',
  account: '123456789012',
  heldOn: 'x'.repeat(longestStage),
};

function requireLength(role, statements, stage) {
  const text = JSON.stringify(policy(statements));
  const { length } = text.replaceAll(/\{(stage|heldOn|partition|region|account)\}/g, (_, name) =>
    name === 'stage' ? stage : longest[name],
  );
  if (length > mostCharacters)
    throw new Error(
      `custom.inoculate.allowed in serverless.yml lists too much: the policy of role ${role} would have up to ${length} characters, and IAM takes ${mostCharacters}`,
    );
}

const pseudoParameters = {
  '{partition}': '${AWS::Partition}',
  '{region}': '${AWS::Region}',
  '{account}': '${AWS::AccountId}',
};

function filledIn(value, names) {
  if (Array.isArray(value)) return value.map((one) => filledIn(one, names));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, names)]));
  if (typeof value !== 'string') return value;
  const text = value
    .replaceAll('{stage}', names.stage)
    .replaceAll('{heldOn}', names.heldOn)
    .replaceAll(/\{(?:partition|region|account)\}/g, (name) => pseudoParameters[name]);
  return text.includes('${') ? { 'Fn::Sub': text } : text;
}
