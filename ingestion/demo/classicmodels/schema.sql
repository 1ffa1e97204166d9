-- The shop's database as the registry declares it (dbt_project/models/silver/classicmodels), in the names
-- and types of the public sample database. Parents come first.

create table productlines (
    productLine varchar(50) not null,
    textDescription varchar(4000),
    htmlDescription mediumtext,
    image mediumblob,
    primary key (productLine)
);

create table products (
    productCode varchar(15) not null,
    productName varchar(70) not null,
    productLine varchar(50) not null,
    productScale varchar(10) not null,
    productVendor varchar(50) not null,
    productDescription text not null,
    quantityInStock smallint not null,
    buyPrice decimal(10, 2) not null,
    MSRP decimal(10, 2) not null,
    primary key (productCode),
    foreign key (productLine) references productlines (productLine)
);

create table offices (
    officeCode varchar(10) not null,
    city varchar(50) not null,
    phone varchar(50) not null,
    addressLine1 varchar(50) not null,
    addressLine2 varchar(50),
    state varchar(50),
    country varchar(50) not null,
    postalCode varchar(15) not null,
    territory varchar(10) not null,
    primary key (officeCode)
);

create table employees (
    employeeNumber int not null,
    lastName varchar(50) not null,
    firstName varchar(50) not null,
    extension varchar(10) not null,
    email varchar(100) not null,
    officeCode varchar(10) not null,
    reportsTo int,
    jobTitle varchar(50) not null,
    primary key (employeeNumber),
    foreign key (reportsTo) references employees (employeeNumber),
    foreign key (officeCode) references offices (officeCode)
);

create table customers (
    customerNumber int not null,
    customerName varchar(50) not null,
    contactLastName varchar(50) not null,
    contactFirstName varchar(50) not null,
    phone varchar(50) not null,
    addressLine1 varchar(50) not null,
    addressLine2 varchar(50),
    city varchar(50) not null,
    state varchar(50),
    postalCode varchar(15),
    country varchar(50) not null,
    salesRepEmployeeNumber int,
    creditLimit decimal(10, 2),
    primary key (customerNumber),
    foreign key (salesRepEmployeeNumber) references employees (employeeNumber)
);

create table payments (
    customerNumber int not null,
    checkNumber varchar(50) not null,
    paymentDate date not null,
    amount decimal(10, 2) not null,
    primary key (customerNumber, checkNumber),
    foreign key (customerNumber) references customers (customerNumber)
);

create table orders (
    orderNumber int not null,
    orderDate date not null,
    requiredDate date not null,
    shippedDate date,
    status varchar(15) not null,
    comments text,
    customerNumber int not null,
    primary key (orderNumber),
    foreign key (customerNumber) references customers (customerNumber)
);

create table orderdetails (
    orderNumber int not null,
    productCode varchar(15) not null,
    quantityOrdered int not null,
    priceEach decimal(10, 2) not null,
    orderLineNumber smallint not null,
    primary key (orderNumber, productCode),
    foreign key (orderNumber) references orders (orderNumber),
    foreign key (productCode) references products (productCode)
);
