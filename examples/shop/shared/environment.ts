type Environment = Readonly<Record<string, string | undefined>>;

export interface CheckoutEnvironment {
  readonly productsTable: string;
  readonly ordersTable: string;
  readonly pricingFunction: string;
  readonly paymentsUrl: string;
}

export interface TablesEnvironment {
  readonly productsTable: string;
  readonly priceRulesTable: string;
}

export function checkoutEnvironment(env: Environment): CheckoutEnvironment {
  return Object.freeze({
    productsTable: required(env, 'PRODUCTS_TABLE'),
    ordersTable: required(env, 'ORDERS_TABLE'),
    pricingFunction: required(env, 'PRICING_FUNCTION'),
    paymentsUrl: required(env, 'PAYMENTS_URL'),
  });
}

export function tablesEnvironment(env: Environment): TablesEnvironment {
  return Object.freeze({
    productsTable: required(env, 'PRODUCTS_TABLE'),
    priceRulesTable: required(env, 'PRICE_RULES_TABLE'),
  });
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new Error(
      `The environment variable ${name} is not set; serverless.yml sets it for every function.`,
    );
  }
  return value;
}
