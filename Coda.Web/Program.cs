using Coda.Core;
using Coda.Web.Components;
using Coda.Web.Configuration;
using Coda.Web.Health;
using Coda.Web.Mcp;
using Coda.Web.Recordings;
using Coda.Web.Security;
using Coda.Web.Uploads;

return await Launch.RunAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.WebHost.UseStaticWebAssets();
    builder.AddCodaConfiguration();
    builder.Services.AddCodaCore();
    builder.Services.AddCodaGate();
    builder.Services.AddCodaHealth();
    builder.Services.AddCodaPages();
    builder.Services.AddCodaRecordings();
    builder.Services.AddCodaMcp();

    var app = builder.Build();
    app.OpenCodaHome();
    app.UseCodaGate();
    app.MapCodaHealth();
    app.MapCodaRecordings();
    app.MapCodaUploads();
    app.MapCodaMcp();
    app.MapCodaPages();
    await app.RunAsync();
});
