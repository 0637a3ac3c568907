using Coda.Core;
using Coda.Web.Components;
using Coda.Web.Configuration;
using Coda.Web.Mcp;
using Coda.Web.Recordings;
using Coda.Web.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddCodaConfiguration();
builder.Services.AddCodaCore();
builder.Services.AddCodaGate();
builder.Services.AddCodaPages();
builder.Services.AddCodaMcp();

var app = builder.Build();
app.UseCodaGate();
app.MapCodaRecordings();
app.MapCodaMcp();
app.MapCodaPages();
await app.RunAsync();
